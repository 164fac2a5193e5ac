import type { Clock } from '@fairlead/endpoint';
import type { BreakerCounts } from '../state.ts';

/** When a closed breaker opens. A value that many breakers may share: each makes a {@link Tripwire} of its own. */
export type TripRule = (setup: TripSetup) => Tripwire;

/** What a rule is given when a breaker is made. */
export interface TripSetup {
  readonly clock: Clock;
}

/**
 * What one rule knows of the calls of one breaker. It is told of calls while the breaker is closed, and of no
 * other.
 */
export interface Tripwire {
  /** Whether it wants to know how long calls take, which costs two looks at the clock for each. Default false. */
  readonly timed?: boolean | undefined;
  /**
   * A call has succeeded, in so many milliseconds to its answer (0 unless {@link timed}). Returns whether the
   * breaker opens. Leave it out where successes mean nothing: it is called at every one.
   */
  succeeded?(elapsedMs: number): boolean;
  /** A call has failed; `counts` has it already. Returns whether the breaker opens. */
  failed(counts: BreakerCounts, elapsedMs: number): boolean;
  /** The breaker is closed again: forget what was. */
  reset?(): void;
}
