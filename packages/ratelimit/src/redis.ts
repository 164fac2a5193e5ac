import { type Clock, type Context, checkNumber, systemClock } from '@fairlead/endpoint';
import { keptKey } from './key.ts';
import type { Allower, Decision, LimitPolicy } from './limiter.ts';
import { limiterDown } from './limiter-down.ts';
import { letGo } from './unlimited.ts';

/** What is used of a limiter of the package rate-limiter-flexible (11): `RateLimiterRedis` or another. */
export interface FlexibleLimiter {
  /** How many points there are in each window. */
  readonly points: number;
  /** How long a window is, in seconds; 0 for ever. */
  readonly duration: number;
  /** Resolves where the points are there, rejects with the same where they are not, or with an Error. */
  consume(key: string, points: number): Promise<FlexibleResult>;
}

/** How a window stands after points were taken. */
export interface FlexibleResult {
  readonly msBeforeNext: number;
  readonly remainingPoints: number;
}

/** How a shared limit is used. */
export interface RedisLimiterOptions<Req> {
  /**
   * What becomes of calls while Redis cannot be asked: `open` lets them go without a limit, `closed` refuses
   * them with `unavailable`. Open where the limit protects fairness, closed where it protects what
   * would break, or money.
   */
  readonly whenDown: 'open' | 'closed';
  /** Whose call it is; see `key` of {@link keyed}. Default: all calls share one limit. */
  readonly key?: ((request: Req, ctx: Context) => string | undefined) | undefined;
  /** How many points a call takes, a whole number. Default 1. */
  readonly cost?: ((request: Req, ctx: Context) => number) | undefined;
  /** How long Redis may take to answer, in milliseconds; then it counts as down for this call. Default 250. */
  readonly timeoutMs?: number | undefined;
  /** How many answers of Redis may be awaited at once; beyond that it counts as down. Default 1000. */
  readonly maxPending?: number | undefined;
  /** Hears of each call about which Redis could not be asked, and why. What it throws is dropped. */
  readonly onDown?: ((cause: unknown) => void) | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/**
 * One limit for many processes, kept in Redis by the package rate-limiter-flexible. The user makes its
 * limiter and the connection, and closes them.
 *
 * ```ts
 * const shared = new RateLimiterRedis({ storeClient: redis, points: 100, duration: 60 });
 * const limited = erroring(redisLimiter(shared, { whenDown: 'open', key: peerAddress }))(sum);
 * ```
 *
 * It counts in fixed windows, each of which begins with a key's first call: up to twice the points may
 * go around the end of one. A refused call is counted, too, which makes no difference to the window.
 *
 * Each call is a round trip to Redis. While Redis is away a call takes up to `timeoutMs` more: make the
 * connection fail sooner (`enableOfflineQueue: false` of ioredis, `rejectIfRedisNotReady`).
 */
export function redisLimiter<Req = unknown>(
  limiter: FlexibleLimiter,
  options: RedisLimiterOptions<Req>,
): Allower<Req> {
  const { whenDown, key, cost, onDown, clock = systemClock } = options;
  if (whenDown !== 'open' && whenDown !== 'closed') {
    throw new TypeError(`whenDown must be 'open' or 'closed', but is ${String(whenDown)}`);
  }
  const timeoutMs = checkNumber('timeoutMs', options.timeoutMs ?? 250);
  const maxPending = checkNumber('maxPending', options.maxPending ?? 1000, { min: 1 });
  const policy: LimitPolicy = {
    quota: limiter.points,
    windowMs: limiter.duration === 0 ? Infinity : limiter.duration * 1000,
  };
  let pending = 0;

  /** What is decided where Redis could not be asked; throws where that is a refusal. */
  function undecided(cause: unknown): Decision {
    try {
      onDown?.(cause);
    } catch {
      // Whoever watches cannot change what becomes of a call.
    }
    if (whenDown === 'open') return letGo;
    throw limiterDown(cause);
  }

  /** Takes points; an answer counts as awaited until it comes, however late. */
  async function consume(name: string, points: number): Promise<Decision> {
    pending++;
    try {
      return decisionOf(await limiter.consume(name, points), true, points);
    } catch (thrown) {
      if (isResult(thrown)) return decisionOf(thrown, false, points);
      throw thrown;
    } finally {
      pending--;
    }
  }

  function decisionOf(result: FlexibleResult, allowed: boolean, points: number): Decision {
    const resetMs = limiter.duration === 0 ? Infinity : Math.max(0, result.msBeforeNext);
    const wait = points > limiter.points ? Infinity : resetMs;
    const retryAfterMs = allowed ? 0 : wait;
    return { allowed, retryAfterMs, remaining: result.remainingPoints, resetMs, policy };
  }

  return {
    allow(request, ctx) {
      const name = keptKey(key?.(request, ctx));
      const points = cost ? checkNumber('cost', cost(request, ctx), { integer: true }) : 1;
      if (ctx.error !== undefined) return Promise.reject(ctx.error);
      if (pending >= maxPending) return undecided(new Error(`${pending} answers are awaited`));
      return inTime(consume(name, points), ctx).catch((failure: unknown) => {
        ctx.throwIfAborted();
        return undecided(failure);
      });
    },
  };

  /** The work's outcome, an error after `timeoutMs`, or that of the call if it ends before. */
  function inTime<T>(work: Promise<T>, ctx: Context): Promise<T> {
    return new Promise((resolve, reject) => {
      const stopTimer = clock.schedule(timeoutMs, () => {
        unlink();
        reject(new Error(`no answer within ${timeoutMs} ms`));
      });
      const unlink = ctx.onAbort((error) => {
        stopTimer();
        reject(error);
      });
      const done = (): void => {
        stopTimer();
        unlink();
      };
      work.finally(done).then(resolve, reject);
    });
  }
}

/** A refusal of rate-limiter-flexible's is no Error. */
function isResult(thrown: unknown): thrown is FlexibleResult {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    !(thrown instanceof Error) &&
    'msBeforeNext' in thrown
  );
}
