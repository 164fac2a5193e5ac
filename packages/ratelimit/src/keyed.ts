import { type Context, checkNumber } from '@fairlead/endpoint';
import { keptKey } from './key.ts';
import type { Limiter } from './limiter.ts';

/** Whose calls share a limit, and what limit that is. */
export interface KeyedOptions<Req> {
  /**
   * Whose call it is: the name of a user, an API key, an address ({@link peerAddress}). Take one that the
   * caller cannot choose freely, or has to prove. Those for whom it is undefined share one limit.
   */
  readonly key: (request: Req, ctx: Context) => string | undefined;
  /** Makes the limit of one key. Is called with the key, or with a digest of one that is very long. */
  readonly make: (key: string) => Limiter<Req>;
  /**
   * For how many keys a limit is kept. Default 10 000. Beyond that, those that have not been used for
   * longest are forgotten, and begin anew; the last half of them is always kept.
   */
  readonly max?: number | undefined;
}

/**
 * A limit for each key, made when the key first comes.
 *
 * ```ts
 * const perUser = keyed({
 *   key: (_, ctx) => ctx.get(user),
 *   make: () => tokenBucket({ perSecond: 10, burst: 20 }),
 * });
 * ```
 *
 * However many keys come, the memory is bounded by `max`. Make `max` greater than the number of keys
 * that are in use within the time that a limit takes to fill up again: forgetting one that is full
 * changes nothing.
 */
export function keyed<Req = unknown>({ key, make, max }: KeyedOptions<Req>): Limiter<Req> {
  const generation = Math.floor(checkNumber('max', max ?? 10_000, { min: 2, integer: true }) / 2);
  // Two generations, of half of them each: to look one up costs one look, and no order is kept.
  let recent = new Map<string, Limiter<Req>>();
  let older = new Map<string, Limiter<Req>>();

  function limiterOf(request: Req, ctx: Context): Limiter<Req> {
    const name = keptKey(key(request, ctx));
    const found = recent.get(name);
    if (found !== undefined) return found;
    const limiter = older.get(name) ?? make(name);
    if (recent.size >= generation) {
      older = recent;
      recent = new Map();
    }
    recent.set(name, limiter);
    return limiter;
  }

  return {
    allow: (request, ctx) => limiterOf(request, ctx).allow(request, ctx),
    wait: (request, ctx) => limiterOf(request, ctx).wait(request, ctx),
  };
}
