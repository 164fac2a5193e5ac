// For those who call.

export {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
} from './circuit-breaker.ts';
export { type CockatielPolicy, cockatiel } from './cockatiel.ts';
export { type GobreakerSettings, gobreaker } from './gobreaker.ts';
export {
  type KeyedCircuitBreaker,
  type KeyedCircuitBreakerOptions,
  type KeyedMiddleware,
  keyedCircuitBreaker,
} from './keyed-circuit-breaker.ts';
export { type EqualJitterOptions, equalJitter, type OpenTime } from './open-time.ts';
export { type OpossumBreaker, opossum } from './opossum.ts';
export { failureRatio } from './rules/failure-ratio.ts';
export type { RateOptions } from './rules/rate.ts';
export { consecutiveFailures, readyToTrip } from './rules/ready-to-trip.ts';
export { type SlowCallRateOptions, slowCallRate } from './rules/slow-call-rate.ts';
export type { WindowOptions } from './rules/window.ts';
export type { BreakerCounts, BreakerState, StateChange } from './state.ts';
export { countsAsFailure, type VerdictOptions } from './verdict.ts';

// For those who write rules.

export type { TripRule, TripSetup, Tripwire } from './rules/trip-rule.ts';
