import { type Context, type Operation, operation } from '@fairlead/endpoint';
import type { Fields, Logger } from './logger.ts';

/** What a line says of the operation that is called: nothing that nobody knows, nothing that is as usual. */
export function callFacts(target: Operation | undefined): Record<string, unknown> {
  if (target === undefined) return {};
  const { transport, service, method, kind, peer, attempt } = target;
  const facts: Record<string, unknown> = { transport };
  if (service !== '') facts['service'] = service;
  facts['method'] = method;
  if (kind !== 'unary') facts['kind'] = kind;
  if (peer !== undefined) facts['peer'] = peer;
  if (attempt !== undefined) facts['attempt'] = attempt;
  return facts;
}

/**
 * The logger of one call, whose lines say what is called and by whom, and what `fields` finds in the
 * context. For an endpoint that has something to say; it costs nothing before it is made.
 *
 * ```ts
 * const sum = async ({ a, b }, ctx) => {
 *   forCall(log, ctx, spanFields(trace)).debug('adding', { a, b });
 *   return { v: a + b };
 * };
 * ```
 */
export function forCall(log: Logger, ctx: Context, fields?: (ctx: Context) => Fields): Logger {
  return log.with({ ...callFacts(ctx.get(operation)), ...foundBy(fields, ctx) });
}

/** What a function of the user's finds; nothing where it throws. */
export function foundBy(
  fields: ((ctx: Context) => Fields) | undefined,
  ctx: Context,
): Fields | undefined {
  try {
    return fields?.(ctx);
  } catch {
    return undefined;
  }
}
