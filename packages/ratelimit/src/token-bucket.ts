import { type Clock, type Context, checkNumber, systemClock } from '@fairlead/endpoint';
import { limitExceeded } from './limit-exceeded.ts';
import type { Decision, Limiter, LimitPolicy, Turn } from './limiter.ts';
import { unlimited } from './unlimited.ts';
import { slack, WaitQueue } from './wait-queue.ts';

/** A rate, and how far calls may run ahead of it. */
export interface TokenBucketOptions<Req = unknown> {
  /** How many tokens come back each second, on average: 0.1 is six a minute; `Infinity` is no limit. */
  readonly perSecond: number;
  /** How many there are at most, and at first. Default: those of one second, and at least 1. */
  readonly burst?: number | undefined;
  /** How many tokens a call takes, from 0. One that takes more than `burst` is never let go. Default 1. */
  readonly cost?: ((request: Req, ctx: Context) => number) | undefined;
  /**
   * The longest that `wait` makes a call wait, in milliseconds, whatever its deadline; it bounds how
   * many can wait, too. Default 10 000.
   */
  readonly maxWaitMs?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/**
 * A limit on the rate of calls, as `golang.org/x/time/rate` has it: a bucket of `burst` tokens, which a
 * call takes one of and which fills up again at `perSecond`. In any time `T`, in seconds, it lets at
 * most `burst + perSecond · T` calls go, and no fewer where enough come.
 *
 * ```ts
 * const bucket = tokenBucket({ perSecond: 100, burst: 20 });
 * ```
 *
 * A value without a life: `allow` reads the clock and does arithmetic, and `wait` sets a timer only
 * while somebody waits. Its state is its own: share one value to share a limit.
 */
export function tokenBucket<Req = unknown>(options: TokenBucketOptions<Req>): Limiter<Req> {
  const perSecond = checkNumber('perSecond', options.perSecond);
  const least = checkNumber('burst', options.burst ?? Math.max(1, perSecond));
  checkNumber('maxWaitMs', options.maxWaitMs ?? defaultMaxWaitMs);
  if (perSecond === Infinity || least === Infinity) return unlimited;
  return new TokenBucket(options, least);
}

const defaultMaxWaitMs = 10_000;

/**
 * A class, as many calls a second write its two numbers. `tokens` are those that are left when all who
 * wait have had theirs: below 0 while somebody waits.
 */
class TokenBucket<Req> implements Limiter<Req> {
  readonly #burst: number;
  readonly #perMs: number;
  readonly #maxWaitMs: number;
  readonly #cost: TokenBucketOptions<Req>['cost'];
  readonly #clock: Clock;
  readonly #policy: LimitPolicy;
  #tokens: number;
  #filledAt: number;
  #queue: WaitQueue | undefined = undefined;

  constructor({ perSecond, cost, ...rest }: TokenBucketOptions<Req>, burst: number) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#maxWaitMs = rest.maxWaitMs ?? defaultMaxWaitMs;
    this.#cost = cost;
    this.#clock = rest.clock ?? systemClock;
    this.#policy = policyOf(perSecond, burst);
    this.#tokens = burst;
    this.#filledAt = this.#clock.now();
  }

  allow(request: Req, ctx: Context): Decision {
    const cost = this.#costOf(request, ctx);
    this.#fill();
    const allowed = this.#has(cost);
    if (allowed) this.#tokens -= cost;
    return {
      allowed,
      retryAfterMs: allowed ? 0 : this.#waitMs(cost),
      remaining: Math.max(0, Math.floor(this.#tokens + slack)),
      resetMs: this.#tokens === this.#burst ? 0 : (this.#burst - this.#tokens) / this.#perMs,
      policy: this.#policy,
    };
  }

  wait(request: Req, ctx: Context): Turn | Promise<Turn> {
    if (ctx.error !== undefined) return Promise.reject(ctx.error);
    const cost = this.#costOf(request, ctx);
    this.#fill();
    if (this.#has(cost)) {
      this.#tokens -= cost;
      return undefined;
    }
    const waitMs = this.#waitMs(cost);
    if (waitMs === Infinity || waitMs > this.#maxWaitMs || waitMs > ctx.remainingMs()) {
      return Promise.reject(limitExceeded(waitMs));
    }
    this.#tokens -= cost;
    this.#queue ??= new WaitQueue(this.#clock, this.#perMs, {
      available: (queued) => {
        this.#fill();
        return this.#tokens + queued;
      },
      giveBack: (tokens) => {
        this.#tokens += tokens;
      },
    });
    return this.#queue.join(cost, ctx);
  }

  #costOf(request: Req, ctx: Context): number {
    return this.#cost === undefined ? 1 : checkNumber('cost', this.#cost(request, ctx));
  }

  #fill(): void {
    const now = this.#clock.now();
    const tokens = this.#tokens + (now - this.#filledAt) * this.#perMs;
    this.#tokens = Math.min(tokens, this.#burst);
    this.#filledAt = now;
  }

  #has(cost: number): boolean {
    return this.#tokens >= cost - slack || cost === 0;
  }

  #waitMs(cost: number): number {
    return cost > this.#burst ? Infinity : (cost - this.#tokens) / this.#perMs;
  }
}

/** In whole seconds, which is what clients are told: as many as the bucket takes to fill, and one at least. */
function policyOf(perSecond: number, burst: number): LimitPolicy {
  if (perSecond === 0) return { quota: burst, windowMs: Infinity };
  const seconds = Math.max(1, Math.ceil(burst / perSecond - slack));
  return { quota: Math.floor(perSecond * seconds + slack), windowMs: seconds * 1000 };
}
