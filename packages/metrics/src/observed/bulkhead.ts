import type { Meter } from '../meter.ts';

/** A bulkhead of `@fairlead/ratelimit`, as far as it is looked at; its limit may be one that is learned. */
export interface ObservedBulkhead {
  readonly limit: number;
  readonly inFlight: number;
  readonly waiting: number;
}

/**
 * Shows how full a bulkhead is, whenever somebody looks. Returns what ends it.
 *
 * ```
 * fairlead_bulkhead_calls{name="reports",state="in_flight"}     in_flight or waiting
 * fairlead_bulkhead_limit{name="reports"}
 * ```
 */
export function observeBulkhead(
  meter: Meter,
  name: string,
  bulkhead: ObservedBulkhead,
): () => void {
  const unlinkCalls = meter.observe(
    {
      name: 'fairlead_bulkhead_calls',
      help: 'How many calls hold a place, and how many wait for one.',
      labels: ['name', 'state'],
    },
    (record) => {
      record(bulkhead.inFlight, { name, state: 'in_flight' });
      record(bulkhead.waiting, { name, state: 'waiting' });
    },
  );
  const unlinkLimit = meter.observe(
    {
      name: 'fairlead_bulkhead_limit',
      help: 'How many calls may hold a place.',
      labels: ['name'],
    },
    (record) => record(bulkhead.limit, { name }),
  );
  return () => {
    unlinkCalls();
    unlinkLimit();
  };
}
