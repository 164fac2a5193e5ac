/** Says which of those who have waited in a line are turned away. */
export interface Codel {
  /** Whether one that has waited so long is turned away now. */
  turnsAway(waitedMs: number, now: number): boolean;
}

/**
 * Controlled delay (K. Nichols, V. Jacobson, "Controlling Queue Delay", 2012) in the form that Facebook
 * uses for requests (B. Maurer, "Fail at Scale", 2015; Codel in folly): a line that was not short of
 * `targetMs` even once in an interval is no burst but a load that stays. In the interval after it
 * everyone who has waited more than twice the target is turned away.
 */
export function codel(targetMs: number, intervalMs: number): Codel {
  let intervalEnd: number | undefined;
  let leastMs = Infinity;
  let isOverloaded = false;
  return {
    turnsAway(waitedMs, now) {
      if (intervalEnd === undefined || now >= intervalEnd) {
        // An interval in which nobody waited was no load.
        isOverloaded =
          intervalEnd !== undefined &&
          now < intervalEnd + intervalMs &&
          leastMs < Infinity &&
          leastMs > targetMs;
        intervalEnd = now + intervalMs;
        leastMs = waitedMs;
        // Of each interval one is let through, whose wait begins to tell about it.
        return false;
      }
      leastMs = Math.min(leastMs, waitedMs);
      return isOverloaded && waitedMs > 2 * targetMs;
    },
  };
}
