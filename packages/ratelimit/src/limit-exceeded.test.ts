import { isServiceError } from '@fairlead/endpoint';
import { expect, it } from 'vitest';
import { limitExceeded } from './limit-exceeded.ts';

it('has no stack, and leaves those of others as they are', () => {
  const before = Error.stackTraceLimit;
  const error = limitExceeded(5);
  expect(error.stack).not.toContain('\n');
  expect(isServiceError(error, 'resource_exhausted')).toBe(true);
  expect(Error.stackTraceLimit).toBe(before);
  expect(new Error('other').stack).toContain('limit-exceeded.test');
});

it.each([
  [1500, { retryable: true, retryAfterMs: 1500 }],
  [undefined, { retryable: true, retryAfterMs: undefined }],
  [Infinity, { retryable: false, retryAfterMs: undefined }],
])('of %j says what is known', (retryAfterMs, facts) => {
  expect(limitExceeded(retryAfterMs)).toMatchObject(facts);
});
