import {
  type Clock,
  checkNumber,
  isAsyncIterable,
  type Middleware,
  systemClock,
} from '@fairlead/endpoint';
import { HedgedCall, type HedgeRules } from './hedged-call.ts';
import { latencyRecord } from './latency.ts';
import { type RetryBudget, retryBudget } from './retry-budget.ts';

/** When a call that has not answered is made a second time. */
export interface HedgeOptions {
  /**
   * How long to wait for an answer first, in milliseconds; or the share of calls that answer within the
   * wait, measured as they go by. Default `{ percentile: 0.95 }`: about one call in twenty is made twice.
   */
  readonly delay?: number | HedgePercentile | undefined;
  /** How many times a call is made at most, the first included. Default 2. */
  readonly legs?: number | undefined;
  /** How many more calls all hedges together may add. Default: 5 % and one a second, for all that this hedge decorates; `false` for no limit. */
  readonly budget?: RetryBudget | false | undefined;
  /** Whether a second call does no more than the first. Default: what the operation says that was called. */
  readonly idempotent?: boolean | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** A wait that follows the latency of the calls themselves. */
export interface HedgePercentile {
  /** From 0 to 1: 0.95 waits as long as 95 of 100 calls take. */
  readonly percentile: number;
  /** The wait until twenty calls have been seen, in milliseconds. Default 100. */
  readonly initialMs?: number | undefined;
  /** The least to wait, in milliseconds. Default 1. */
  readonly minMs?: number | undefined;
}

/** How far back latencies are remembered, in milliseconds. */
const memoryMs = 30_000;

/**
 * Makes a slow call again, elsewhere, and takes the answer that comes first: cuts the latency of the
 * slowest few in a hundred for a few per cent more calls (J. Dean, L. Barroso, "The Tail at Scale",
 * 2013; gRPC proposal A6).
 *
 * ```ts
 * const sum = hedge({ delay: { percentile: 0.95 } })(balanced(balancer, (client) => client.sum));
 * ```
 *
 * - Only calls that are idempotent, and that send no stream, are made twice.
 * - Each goes to another instance, where there is one. The losers are canceled, on the wire as well.
 * - A leg that fails with an error that is `retryable` is followed by the next at once; with any other the
 *   call fails. Put `retry` outside of it, or, as is usual, have one of the two.
 */
export function hedge(options: HedgeOptions = {}): Middleware {
  const { clock = systemClock, idempotent } = options;
  const legs = checkNumber('legs', options.legs ?? 2, { min: 1, integer: true });
  const budget =
    options.budget === false
      ? undefined
      : (options.budget ?? retryBudget({ ratio: 0.05, minPerSecond: 1, clock }));
  const { delayMs, seen } = waitOf(options.delay ?? { percentile: 0.95 }, clock);
  const rules: HedgeRules = { legs, budget, idempotent, clock, delayMs, seen };

  return (next) =>
    function hedged(request, ctx) {
      if (isAsyncIterable(request)) return next(request, ctx);
      budget?.deposit();
      return new HedgedCall(next, request, ctx, rules).answer();
    };
}

/** How long to wait now, and what is to be told of each latency. */
function waitOf(
  delay: number | HedgePercentile,
  clock: Clock,
): Pick<HedgeRules, 'delayMs' | 'seen'> {
  if (typeof delay === 'number') {
    const fixedMs = checkNumber('delay', delay);
    return { delayMs: () => fixedMs, seen: () => {} };
  }
  const percentile = checkNumber('percentile', delay.percentile, { min: 0, max: 1 });
  const initialMs = checkNumber('initialMs', delay.initialMs ?? 100);
  const minMs = checkNumber('minMs', delay.minMs ?? 1);
  const latencies = latencyRecord(memoryMs);
  return {
    delayMs: () => Math.max(minMs, latencies.percentile(percentile, clock.now()) ?? initialMs),
    seen: (ms) => latencies.add(ms, clock.now()),
  };
}
