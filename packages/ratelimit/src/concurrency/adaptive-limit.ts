import { checkNumber } from '@fairlead/endpoint';
import { latencyBaseline } from './baseline.ts';
import type { ConcurrencyLimit, EndedCall } from './concurrency-limit.ts';
import { nextLimit } from './gradient.ts';
import type { LoopDelay } from './loop-delay.ts';

/** How a limit is learned. */
export interface AdaptiveLimitOptions {
  /** The limit before anything is known. Default 20. */
  readonly initial?: number | undefined;
  /**
   * The least that it becomes. Default 4: one event loop serves no more than a few calls at once, and
   * with fewer a single one that hangs would hold up all.
   */
  readonly min?: number | undefined;
  /** The most that it becomes. Default 200. */
  readonly max?: number | undefined;
  /** How much latency may grow before the limit sinks: 1.5 for one half. Default 1.5. */
  readonly tolerance?: number | undefined;
  /** How many calls more than the latency allows are tried. Default 4. */
  readonly headroom?: number | undefined;
  /** How much of the way to a new limit is gone in one window, from 0 to 1. Default 0.2. */
  readonly smoothing?: number | undefined;
  /** How long calls are watched before the limit changes, in milliseconds. Default 1000. */
  readonly windowMs?: number | undefined;
  /** How many calls a window has at least; it lasts until it has them. Default 10. */
  readonly minCalls?: number | undefined;
  /** Over how many windows the latency is averaged that a window is compared with. Default 600. */
  readonly baselineWindows?: number | undefined;
  /** The delay of the event loop, for a limit that sinks when the loop is late. Default: it is not looked at. */
  readonly loopDelay?: LoopDelay | undefined;
  /** The delay of the loop above which the limit sinks, in milliseconds. Default 50. */
  readonly maxLoopDelayMs?: number | undefined;
}

/** How much of what was used remains after a window in which the loop was late, and of the limit at least. */
const backoff = { ofUsed: 0.9, ofLimit: 0.5 };

/**
 * A limit that is learned from how long calls take: while latency stays what it was the limit grows,
 * and when calls begin to wait for each other it sinks. For {@link bulkhead} and {@link shed}; give each
 * its own.
 *
 * - Each window's average latency is compared with that of many windows (Gradient2 of Netflix's
 *   concurrency-limits). With the defaults it settles between one and three times what the service can
 *   do at once.
 * - With `loopDelay` the limit also sinks to nine tenths of what was used, but at most by half, in each window
 *   in which the loop was later than `maxLoopDelayMs`: work that computes holds up the loop and shows in no other way.
 * - Calls that last as long as somebody reads say nothing of the load: whoever uses the limit leaves
 *   streams, and calls that failed, out of it.
 * - A window in which the limit was used up does not raise what is compared with, or a load that stays
 *   would become the usual thing. Once in thirty such windows half of the limit is let in, for one
 *   window, to see how long calls take then.
 */
export function adaptiveLimit(options: AdaptiveLimitOptions = {}): ConcurrencyLimit {
  const whole = { min: 1, max: 1_000_000, integer: true };
  const min = checkNumber('min', options.min ?? 4, whole);
  const max = checkNumber('max', options.max ?? 200, { ...whole, min });
  const tolerance = checkNumber('tolerance', options.tolerance ?? 1.5, { min: 1, max: 100 });
  const headroom = checkNumber('headroom', options.headroom ?? 4, { max: 1_000_000 });
  const smoothing = checkNumber('smoothing', options.smoothing ?? 0.2, { min: 0.001, max: 1 });
  const windowMs = checkNumber('windowMs', options.windowMs ?? 1000, { min: 1, max: 3_600_000 });
  const minCalls = checkNumber('minCalls', options.minCalls ?? 10, whole);
  const baselineWindows = checkNumber('baselineWindows', options.baselineWindows ?? 600, whole);
  const { loopDelay } = options;
  const maxLoopDelayMs = checkNumber('maxLoopDelayMs', options.maxLoopDelayMs ?? 50, { min: 1 });
  const rules = { min, max, tolerance, smoothing, headroom };

  const baseline = latencyBaseline(baselineWindows);
  let limit = checkNumber('initial', options.initial ?? Math.max(min, Math.min(max, 20)), {
    min,
    max,
    integer: true,
  });
  let windowEnd: number | undefined;
  let count = 0;
  let sumMs = 0;
  let inFlight = 0;

  function turn(now: number): void {
    if (loopDelay !== undefined && loopDelay.currentMs > maxLoopDelayMs) {
      const used = Math.min(limit, inFlight) * backoff.ofUsed;
      limit = Math.max(min, limit * backoff.ofLimit, used);
    } else if (count >= minCalls) {
      const shortMs = sumMs / count;
      const { isProbing } = baseline;
      baseline.seen(shortMs, inFlight >= Math.floor(limit));
      if (!isProbing) limit = nextLimit(limit, { shortMs, longMs: baseline.ms, inFlight }, rules);
    } else {
      return;
    }
    windowEnd = now + windowMs;
    count = 0;
    sumMs = 0;
    inFlight = 0;
  }

  return {
    get current() {
      return Math.floor(baseline.isProbing ? Math.max(min, limit / 2) : limit);
    },
    ended(call: EndedCall) {
      windowEnd ??= call.now + windowMs;
      if (call.inFlight > inFlight) inFlight = call.inFlight;
      // Of a call that was given up it is known that it was slow only where it was slow by then.
      if (!call.isCutOff || call.latencyMs > baseline.ms) {
        count++;
        sumMs += call.latencyMs;
      }
      if (call.now >= windowEnd) turn(call.now);
    },
  };
}
