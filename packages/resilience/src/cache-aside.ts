import {
  type Context,
  checkNumber,
  createContext,
  type Filter,
  failureOf,
  isAsyncIterable,
} from '@fairlead/endpoint';
import type { Cached, CacheStore } from './cache-store.ts';
import { createFlights } from './flights.ts';
import { forgivingStore } from './forgiving-store.ts';
import { byKey, type KeyedCall } from './keyed-call.ts';
import { tell } from './tell.ts';

/** What is kept, where, and for how long. */
export interface CacheAsideOptions<Req, Res> {
  /**
   * Calls with the same key have the same answer; undefined for a call that is never cached. Put
   * everything into it that the answer depends on, the caller's identity too where that matters, and the
   * operation where several share a store. One that throws fails the call.
   */
  readonly key: (request: Req, ctx: Context) => string | undefined;
  /** Where responses are kept: {@link memoryStore}, or your own over Redis or the like. */
  readonly store: CacheStore<Res>;
  /** How long a response is as good as new, in milliseconds. */
  readonly ttlMs: number;
  /**
   * For how long after that it may still be answered with, in milliseconds, while the first that asks has
   * it refreshed in the background. So callers never wait for what they ask for often, and an outage that is
   * no longer than this is not seen. Default 0: not at all.
   */
  readonly staleMs?: number | undefined;
  /** How long such a refresh may take, in milliseconds. Default 30 000. */
  readonly refreshTimeoutMs?: number | undefined;
  /** How long to wait for the store before a call is made without it, in milliseconds. Default 250. */
  readonly storeTimeoutMs?: number | undefined;
  /** Whether a response may be kept. Default: where it holds no business error, see `failureOf`. */
  readonly cacheable?: ((response: Res) => boolean) | undefined;
  /** Is told how each call was answered: from the store, from it though stale, or by a call. */
  readonly onLookup?: ((outcome: 'hit' | 'stale' | 'miss') => void) | undefined;
  /** Is told of what went wrong and failed no call: the store, a refresh in the background. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Answers from a store what was answered before, and keeps what was not ("cache-aside"). For reads
 * that are asked for more often than they change.
 *
 * ```ts
 * const store = memoryStore<User>({ max: 10_000 });
 * const getUser = cacheAside({ key: ({ id }: GetUser) => id, store, ttlMs: 5000, staleMs: 60_000 })(remote);
 * ```
 *
 * - However many ask for what is not there, one call is made: they share it as with {@link coalesce}, each
 *   with its own deadline.
 * - A store that fails, or takes longer than `storeTimeoutMs`, fails no call; nobody waits for a write to it.
 * - Errors are not kept. All get the same response: treat responses as immutable.
 * - A call that sends a stream is passed through. One that answers with a stream fails with `internal`.
 *
 * To forget what has changed ask the store; a call that was under way then may still bring back the old.
 */
export function cacheAside<Req, Res>(
  options: CacheAsideOptions<Req, Res>,
): Filter<Req, Res, Req, Res> {
  const { key, store, cacheable = hasNoFailure, onLookup, onError } = options;
  const ttlMs = checkNumber('ttlMs', options.ttlMs);
  const keepMs = ttlMs + checkNumber('staleMs', options.staleMs ?? 0);
  const refreshTimeoutMs = checkNumber('refreshTimeoutMs', options.refreshTimeoutMs ?? 30_000);
  const storeTimeoutMs = checkNumber('storeTimeoutMs', options.storeTimeoutMs ?? 250);
  const failed = (error: unknown): void => tell(onError, error);
  const kept = forgivingStore(store, storeTimeoutMs, failed);

  return (next) => {
    const flights = createFlights<Res>();

    function load({ name, request, ctx }: KeyedCall<Req>): Promise<Res> {
      return flights.join(name, ctx, async (shared) => {
        const response = await next(request, shared);
        if (!isAsyncIterable(response) && cacheable(response)) kept.set(name, response, keepMs);
        return response;
      });
    }

    /** Outlives the call that asked for it. */
    async function refresh({ name, request, ctx: values }: KeyedCall<Req>): Promise<void> {
      using ctx = createContext({ values, clock: values.clock, timeoutMs: refreshTimeoutMs });
      await load({ name, request, ctx }).catch(failed);
    }

    function answer(call: KeyedCall<Req>, found: Cached<Res> | undefined): Promise<Res> {
      if (found === undefined || found.ageMs >= keepMs) {
        tell(onLookup, 'miss');
        return load(call);
      }
      const isFresh = found.ageMs < ttlMs;
      tell(onLookup, isFresh ? 'hit' : 'stale');
      if (!isFresh && !flights.has(call.name)) void refresh(call);
      return Promise.resolve(found.value);
    }

    return byKey(next, key, (call) => {
      const { name, ctx } = call;
      if (ctx.error !== undefined) return Promise.reject(ctx.error);
      const found = kept.get(name, ctx);
      return found instanceof Promise
        ? found.then((late) => answer(call, late))
        : answer(call, found);
    });
  };
}

function hasNoFailure(response: unknown): boolean {
  return failureOf(response) === undefined;
}
