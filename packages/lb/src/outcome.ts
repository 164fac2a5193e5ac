import { isServerFault, ServiceError } from '@fairlead/endpoint';

/**
 * What the end of a call says about the instance that served it:
 *
 * - `success`: it answered, if only that the request was wrong;
 * - `failure`: it did not do its work: `unavailable`, `internal`, `unknown`, `data_loss`, `deadline_exceeded`;
 * - `overload`: it said that it has too much to do, `resource_exhausted`;
 * - `unreachable`: the call never got there;
 * - `canceled`: the caller left, which says nothing.
 */
export type Outcome = 'success' | 'failure' | 'overload' | 'unreachable' | 'canceled';

/** The outcome of a call that ended with `thrown`, or well where it is undefined. */
export function outcomeOf(thrown: unknown): Outcome {
  if (thrown === undefined) return 'success';
  const error = ServiceError.from(thrown);
  // Also where a limit of the caller's own kept the call back: the instance can be reached, but not yet.
  if (error.code === 'resource_exhausted') return 'overload';
  if (error.unsent) return 'unreachable';
  if (error.code === 'canceled') return 'canceled';
  return isServerFault(error.code) ? 'failure' : 'success';
}
