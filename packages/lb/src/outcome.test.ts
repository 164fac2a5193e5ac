import { ServiceError } from '@fairlead/endpoint';
import { expect, test } from 'vitest';
import { outcomeOf } from './outcome.ts';

test.each([
  [undefined, 'success'],
  [new ServiceError('not_found', ''), 'success'],
  [new ServiceError('internal', ''), 'failure'],
  [new ServiceError('unavailable', ''), 'failure'],
  [new ServiceError('unavailable', '', { unsent: true }), 'unreachable'],
  [new ServiceError('canceled', ''), 'canceled'],
  [new ServiceError('resource_exhausted', ''), 'overload'],
  // A limit of the caller's own: nothing says that the instance cannot be reached.
  [new ServiceError('resource_exhausted', '', { unsent: true }), 'overload'],
])('%s is %s', (error, outcome) => {
  expect(outcomeOf(error)).toBe(outcome);
});
