import { type Clock, checkNumber } from '@fairlead/endpoint';
import { type CircuitBreaker, circuitBreaker } from './circuit-breaker.ts';
import { readyToTrip } from './rules/ready-to-trip.ts';
import type { BreakerCounts, BreakerState } from './state.ts';

/** The `Settings` of sony/gobreaker, which Go kit uses: the same names, defaults and meaning of 0. */
export interface GobreakerSettings {
  /** Handed to {@link onStateChange}. Default: empty. */
  readonly name?: string | undefined;
  /** How many calls a half-open breaker lets through, and how many must succeed to close it. Default 1, as is 0. */
  readonly maxRequests?: number | undefined;
  /** How often a closed breaker begins to count at 0 again, in milliseconds (`Interval`). Default 0: never. */
  readonly intervalMs?: number | undefined;
  /** How long it stays open, in milliseconds (`Timeout`). Default 60 000, as is 0. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether to open, asked after each failure while closed. Default: more than 5 failures in a row, so the
   * sixth opens it.
   */
  readonly readyToTrip?: ((counts: BreakerCounts) => boolean) | undefined;
  /** Whether a call that was rejected with this was a success all the same. Default: never. */
  readonly isSuccessful?: ((error: unknown) => boolean) | undefined;
  /**
   * Whether a call that was rejected with this counts neither way; asked before {@link isSuccessful}.
   * Default: never.
   */
  readonly isExcluded?: ((error: unknown) => boolean) | undefined;
  /** Called at each change of the state. It may look at the breaker, which in Go would deadlock. */
  readonly onStateChange?:
    | ((name: string, from: BreakerState['kind'], to: BreakerState['kind']) => void)
    | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/**
 * The breaker that sony/gobreaker makes of these settings, for those who move a service over: every error
 * counts, a caller's own cancellation and a wrong request too, a probe that hangs keeps it half open for
 * ever, and it stays open for a fixed time. Where there is nothing to keep, {@link circuitBreaker} has better
 * defaults.
 */
export function gobreaker(settings: GobreakerSettings = {}): CircuitBreaker {
  const { name = '', maxRequests = 0, intervalMs = 0, timeoutMs = 0, onStateChange } = settings;
  const { isSuccessful = () => false, isExcluded = () => false, clock } = settings;
  const { readyToTrip: isReady = ({ consecutiveFailures }) => consecutiveFailures > 5 } = settings;
  checkNumber('maxRequests', maxRequests, { integer: true });
  checkNumber('intervalMs', intervalMs, { min: -Infinity });
  checkNumber('timeoutMs', timeoutMs, { min: -Infinity });
  const breaker = circuitBreaker({
    trip: readyToTrip(isReady),
    probes: maxRequests === 0 ? 1 : maxRequests,
    probeTimeoutMs: Infinity,
    intervalMs: intervalMs > 0 ? intervalMs : Infinity,
    openMs: timeoutMs > 0 ? timeoutMs : 60_000,
    isFailure: (error) => !isExcluded(error) && !isSuccessful(error),
    isExcluded,
    isOverload: () => false,
    clock,
  });
  if (onStateChange !== undefined) {
    breaker.subscribe(({ from, to }) => onStateChange(name, from.kind, to.kind));
  }
  return breaker;
}
