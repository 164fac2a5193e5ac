import { checkNumber } from '@fairlead/endpoint';

/** How many calls may be under way at once: a number that stands, or one that is learned. */
export interface ConcurrencyLimit {
  /** The limit now, a whole number of at least 1. Read before each call, so it must be cheap. */
  readonly current: number;
  /** Told of each call that has ended and says something about the load; must not throw. */
  ended(call: EndedCall): void;
}

/** A call that has ended, as a {@link ConcurrencyLimit} learns from it. */
export interface EndedCall {
  /** How long it held its place, in milliseconds. */
  readonly latencyMs: number;
  /** How many calls were under way when it ended, itself included. */
  readonly inFlight: number;
  /** When it ended, in milliseconds on the clock of whoever tells. */
  readonly now: number;
  /** Whether it was given up before its end, so that its latency would have been longer still. */
  readonly isCutOff: boolean;
}

/** A limit of somebody's own, or one that stands. */
export function limitOf(limit: number | ConcurrencyLimit): ConcurrencyLimit {
  if (typeof limit !== 'number') return limit;
  return { current: checkNumber('limit', limit, { min: 1, integer: true }), ended() {} };
}
