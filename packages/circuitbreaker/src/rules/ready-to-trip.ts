import { checkNumber } from '@fairlead/endpoint';
import type { BreakerCounts } from '../state.ts';
import type { TripRule } from './trip-rule.ts';

/**
 * A rule of one's own: asked after each failure, it says whether the breaker opens. It sees what was counted
 * since the breaker was closed.
 */
export function readyToTrip(isReady: (counts: BreakerCounts) => boolean): TripRule {
  const tripwire = { failed: isReady };
  return () => tripwire;
}

/**
 * Opens after `n` failures with no success in between: the rule for an end that is down, which it notices at any
 * rate of calls.
 */
export function consecutiveFailures(n: number): TripRule {
  checkNumber('n', n, { min: 1, integer: true });
  return readyToTrip((counts) => counts.consecutiveFailures >= n);
}
