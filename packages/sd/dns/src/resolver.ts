import { Resolver } from 'node:dns/promises';
import { abortable, type Context, checkNumber, ServiceError } from '@fairlead/endpoint';

/** Who is asked, and for how long, whatever the kind of the records. */
export interface DnsServers {
  /**
   * Addresses of the DNS servers, such as `10.0.0.2`, `127.0.0.1:8600` or `[::1]:53`. The next one
   * is asked where one is silent, and has its turn after a lookup has failed. Default: the system's,
   * which are then read again.
   */
  readonly servers?: readonly string[] | undefined;
  /**
   * How long a server has for its first answer, in milliseconds; twice as long at each further try.
   * Default 1000.
   */
  readonly timeoutMs?: number | undefined;
  /** How often each server is asked before a lookup fails. Default 3. */
  readonly tries?: number | undefined;
}

/** Makes the resolver of one watch. */
export type ResolverFactory = () => Resolver;

/**
 * Checks the options once: throws a `TypeError` or `RangeError` for a wrong one. Each watch has a
 * resolver of its own, so that its queries can be canceled alone, a changed resolv.conf is noticed,
 * and another server has its turn: c-ares asks the next one only where the first is silent.
 */
export function resolverFactory(options: DnsServers): ResolverFactory {
  const settings = {
    timeout: checkNumber('timeoutMs', options.timeoutMs ?? 1000, { min: 1, integer: true }),
    tries: checkNumber('tries', options.tries ?? 3, { min: 1, max: 10, integer: true }),
  };
  const make = (turn: number): Resolver => {
    const resolver = new Resolver(settings);
    const servers = options.servers ?? resolver.getServers();
    const first = turn % Math.max(servers.length, 1);
    resolver.setServers([...servers.slice(first), ...servers.slice(0, first)]);
    return resolver;
  };
  try {
    make(0);
  } catch (cause) {
    throw new TypeError(
      `servers must be addresses such as 10.0.0.2 or 127.0.0.1:8600, but are ${String(options.servers)}`,
      { cause },
    );
  }
  let watches = 0;
  return () => make(watches++);
}

/** What a lookup is for, in words for its errors. */
export interface Question {
  readonly kind: 'SRV' | 'A' | 'AAAA';
  readonly name: string;
}

/**
 * The answer of a lookup; its queries are canceled when the context ends. Rejects with `not_found`
 * where DNS has no such records, with `unavailable` where it does not say.
 */
export async function answerOf<T>(
  resolver: Resolver,
  { kind, name }: Question,
  lookup: () => Promise<T[]>,
  ctx: Context,
): Promise<T[]> {
  ctx.throwIfAborted();
  const unlink = ctx.onAbort(() => resolver.cancel());
  try {
    const records = await abortable(lookup(), ctx);
    if (records.length === 0) throw noRecords({ kind, name });
    return records;
  } catch (cause) {
    if (ctx.error !== undefined) throw ctx.error;
    throw lookupError({ kind, name }, cause);
  } finally {
    unlink();
  }
}

/** The error of a name that has no usable records, which is no reason to drop what was known. */
export function noRecords({ kind, name }: Question, cause?: unknown): ServiceError {
  return new ServiceError(
    'not_found',
    `DNS has no ${kind} records of ${name}: check the name, and that something is registered`,
    { cause, retryable: true },
  );
}

function lookupError(question: Question, cause: unknown): ServiceError {
  if (cause instanceof ServiceError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  if (code === 'ENOTFOUND' || code === 'ENODATA') return noRecords(question, cause);
  return new ServiceError(
    'unavailable',
    `DNS does not answer for the ${question.kind} records of ${question.name} (${code}): check its servers`,
    { cause },
  );
}
