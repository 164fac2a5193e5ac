import type { Middleware } from '@fairlead/endpoint';
import { type VendorError, vendorGuard } from './vendor-guard.ts';

/** What is used of a policy of cockatiel: a circuit breaker, or several policies that are wrapped in one. */
export interface CockatielPolicy {
  execute(
    run: (context: { readonly signal: AbortSignal }) => Promise<unknown>,
    signal?: AbortSignal,
  ): Promise<unknown>;
}

/**
 * A circuit breaker of [cockatiel](https://github.com/connor4312/cockatiel) as a middleware, or any policy
 * that has one in it. The policy is yours, with its options and events.
 *
 * ```ts
 * const policy = circuitBreaker(handleWhen(countsAsFailure), {
 *   halfOpenAfter: 5000,
 *   breaker: new ConsecutiveBreaker(5),
 * });
 * const guarded = cockatiel(policy)(client.endpoint({ path: '/sum' }));
 * ```
 *
 * - Give it {@link countsAsFailure} as above; `handleAll` counts every error. What it does not handle closes
 *   it half open.
 * - Refusals are `unavailable`, `circuit breaker is open` and unsent; it does not say for how long. A
 *   bulkhead's are `resource_exhausted`, a timeout's `deadline_exceeded`; that ends the endpoint's context as
 *   well.
 * - Half open it makes others wait for its probe instead of refusing them. The caller's context ends that
 *   wait.
 * - A stream counts at its end, and a retry around it never begins it again.
 * - It is handed the context's signal, so each call makes one.
 */
export function cockatiel(policy: CockatielPolicy): Middleware {
  return vendorGuard({
    execute: (run, ctx) => policy.execute(({ signal }) => run(signal), ctx.signal),
    meaningOf,
  });
}

function meaningOf(error: unknown): VendorError | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('isBrokenCircuitError' in error) return 'open';
  if ('isBulkheadRejectedError' in error) return 'busy';
  if ('isTaskCancelledError' in error) return 'late';
  return undefined;
}
