import type { Middleware } from '@fairlead/endpoint';
import { type VendorError, vendorGuard } from './vendor-guard.ts';

/** What is used of a breaker of opossum, 9 or 10: one whose action runs what it is given. */
export interface OpossumBreaker {
  fire(run: () => Promise<unknown>): Promise<unknown>;
}

/**
 * A circuit breaker of [opossum](https://github.com/nodeshift/opossum) as a middleware. The breaker is yours,
 * with its options and events; shut it down yourself, as it has a timer.
 *
 * ```ts
 * const breaker = new CircuitBreaker((run: () => Promise<unknown>) => run(), {
 *   errorFilter: (error) => !countsAsFailure(error),
 * });
 * const guarded = opossum(breaker)(client.endpoint({ path: '/sum' }));
 * ```
 *
 * - Give it {@link countsAsFailure} as above; by itself it counts every error. What it filters out is a
 *   success to it.
 * - Refusals are `unavailable`, `circuit breaker is open` and unsent; it does not say for how long. Beyond
 *   its `capacity` they are `resource_exhausted`. Its `timeout` is `deadline_exceeded`, and ends the
 *   endpoint's context.
 * - A stream counts at its end, within its `timeout`. The caller's context ends the call at once.
 * - Late ends count in whatever state it is in then, and a probe that hangs keeps it half open where it has
 *   no `timeout`.
 * - Leave its `cache` and `coalesce` off: to it all requests look the same.
 */
export function opossum(breaker: OpossumBreaker): Middleware {
  return vendorGuard({
    execute: (run) => breaker.fire(() => run()),
    meaningOf,
  });
}

const meanings: Readonly<Record<string, VendorError>> = {
  EOPENBREAKER: 'open',
  ESHUTDOWN: 'shut',
  ESEMLOCKED: 'busy',
  ETIMEDOUT: 'late',
};

function meaningOf(error: unknown): VendorError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && Object.hasOwn(meanings, code) ? meanings[code] : undefined;
}
