/** How a limit follows latency: see `adaptiveLimit`. */
export interface GradientRules {
  readonly min: number;
  readonly max: number;
  readonly tolerance: number;
  readonly smoothing: number;
  readonly headroom: number;
}

/** What a window of calls has shown. */
export interface WindowedLatency {
  /** The average of the window, in milliseconds. */
  readonly shortMs: number;
  /** The average of many windows, in milliseconds. */
  readonly longMs: number;
  /** The most calls that were under way. */
  readonly inFlight: number;
}

/** The least that a limit becomes in one step, before smoothing. */
const steepest = 0.5;

/**
 * The limit after a window, by the rule of Gradient2 (Netflix, concurrency-limits): as much of it as
 * the latency has not grown, and a little more, to find out. Not a whole number. A limit that was not
 * half used stays: nothing was learned of it.
 */
export function nextLimit(limit: number, seen: WindowedLatency, rules: GradientRules): number {
  const { min, max, tolerance, smoothing, headroom } = rules;
  if (seen.inFlight < limit / 2) return limit;
  const gradient = Math.max(steepest, Math.min(1, (tolerance * seen.longMs) / seen.shortMs));
  const wanted = limit * gradient + headroom;
  return Math.max(min, Math.min(max, limit * (1 - smoothing) + wanted * smoothing));
}
