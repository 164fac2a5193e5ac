import type { Middleware } from '@fairlead/endpoint';

/** A kind of circuit breaker, as the suite examines it. */
export interface BreakerBinding {
  /**
   * Makes a breaker that opens at five failures in a row, stays open for 1000 ms, and closes again when one probe has
   * succeeded. What counts as a failure is up to its defaults, or to `countsAsFailure`.
   */
  open(): BreakerScene;
}

/** One breaker and the time that it lives in. */
export interface BreakerScene {
  readonly middleware: Middleware;
  /** Lets so many milliseconds go by, for the breaker. */
  pass(ms: number): Promise<void>;
  /** Takes everything down. */
  close?(): void;
}
