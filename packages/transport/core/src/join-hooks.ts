import { chain, type Middleware } from '@fairlead/endpoint';
import type { ClientCall, ClientHooks, ErrorHook, ServerCall, ServerHooks } from './hooks.ts';
import { harmless } from './observe.ts';

/**
 * Joins hooks that were made apart, such as a trace's and a log's, into the hooks of one server:
 * those of the first part run first, its middleware is the outermost, and every `onError` is told.
 *
 * ```ts
 * httpHandler(sum, { decode, ...joinServerHooks(traceServer(), { before: [authenticate] }) });
 * ```
 */
export function joinServerHooks<Call extends ServerCall, Res>(
  ...parts: readonly ServerHooks<Call, Res>[]
): ServerHooks<Call, Res> {
  return {
    before: parts.flatMap(({ before = [] }) => before),
    middleware: joined(parts.map(({ middleware }) => middleware)),
    after: parts.flatMap(({ after = [] }) => after),
    onError: everyObserver(parts.map(({ onError }) => onError)),
    finalize: parts.flatMap(({ finalize = [] }) => finalize),
  };
}

/** The same for the hooks of one client: see {@link joinServerHooks}. */
export function joinClientHooks<Call extends ClientCall>(
  ...parts: readonly ClientHooks<Call>[]
): ClientHooks<Call> {
  return {
    before: parts.flatMap(({ before = [] }) => before),
    after: parts.flatMap(({ after = [] }) => after),
    onError: everyObserver(parts.map(({ onError }) => onError)),
    finalize: parts.flatMap(({ finalize = [] }) => finalize),
  };
}

function joined(layers: readonly (Middleware | undefined)[]): Middleware | undefined {
  const given = layers.filter((layer) => layer !== undefined);
  return given.length === 0 ? undefined : chain(...given);
}

function everyObserver<Call>(
  observers: readonly (ErrorHook<Call> | undefined)[],
): ErrorHook<Call> | undefined {
  const given = observers.filter((observer) => observer !== undefined);
  if (given.length < 2) return given[0];
  // One that fails must not keep the error from the next.
  const all = given.map((observer) => harmless(observer));
  return (error, ctx, call) => {
    for (const observe of all) observe(error, ctx, call);
  };
}
