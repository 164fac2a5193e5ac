/**
 * What a breaker does with calls now:
 *
 * - `closed`: lets them pass, and counts how they end;
 * - `open`: refuses them, until a moment on its clock;
 * - `half_open`: lets a few pass, the probes, to see whether all is well again, and refuses the rest;
 * - `forced`: lets all pass, or none, because somebody said so, until that somebody takes it back.
 */
export type BreakerState =
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'open';
      /** When the first probe may go, in milliseconds on the breaker's clock. */
      readonly until: number;
      /** How often it has opened since it was closed last, from 1. */
      readonly trips: number;
    }
  | { readonly kind: 'half_open'; readonly trips: number }
  | { readonly kind: 'forced'; readonly as: 'open' | 'closed' };

/**
 * What a breaker has counted since it came into its state. Every state begins at 0, and a call that was let
 * through in an earlier one does not count in this one, however late it ends.
 */
export interface BreakerCounts {
  /** Calls that were let through. Those that are refused are nowhere. */
  readonly requests: number;
  readonly successes: number;
  readonly failures: number;
  /** Calls that ended in a way that says nothing: see `isExcluded`. */
  readonly exclusions: number;
  /** Successes since the last failure. */
  readonly consecutiveSuccesses: number;
  /** Failures since the last success, but for those that say that there is too much to do. */
  readonly consecutiveFailures: number;
}

/** One change of a breaker's state. */
export interface StateChange {
  readonly from: BreakerState;
  readonly to: BreakerState;
  /** What was counted in the state that is over. */
  readonly counts: BreakerCounts;
  /** When the breaker noticed, in milliseconds on its clock. */
  readonly at: number;
}
