import { checkNumber } from '@fairlead/endpoint';
import { type RateOptions, rates } from './rate.ts';
import type { TripRule } from './trip-rule.ts';

/** When so many calls are slow that a breaker opens. */
export interface SlowCallRateOptions extends RateOptions {
  /** A call is slow that takes this long or longer to its answer, in milliseconds, whether it succeeds or fails. */
  readonly slowMs: number;
}

/**
 * Opens when a share of the calls of late was slow: the rule for an end that answers, but drags its callers down.
 * For a stream the time to its opening counts. It looks at the clock twice for each call.
 */
export function slowCallRate(options: SlowCallRateOptions): TripRule {
  const slowMs = checkNumber('slowMs', options.slowMs);
  const makeRate = rates(options);
  return ({ clock }) => {
    const { add, reset } = makeRate(clock);
    return {
      timed: true,
      succeeded: (elapsedMs) => add(elapsedMs >= slowMs),
      failed: (_counts, elapsedMs) => add(elapsedMs >= slowMs),
      reset,
    };
  };
}
