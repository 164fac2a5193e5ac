import { type RateOptions, rates } from './rate.ts';
import type { TripRule } from './trip-rule.ts';

/**
 * Opens when a share of the calls of late has failed: the rule for an end that fails now and then, which a count in
 * a row never sees. Half of at least ten calls within 10 s by default: Hystrix's numbers, with a minimum for one
 * instance of a small service.
 */
export function failureRatio(options: RateOptions = {}): TripRule {
  const makeRate = rates(options);
  return ({ clock }) => {
    const { add, reset } = makeRate(clock);
    return { succeeded: () => add(false), failed: () => add(true), reset };
  };
}
