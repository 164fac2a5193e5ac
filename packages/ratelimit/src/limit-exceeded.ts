import type { ServiceError } from '@fairlead/endpoint';
import { stackless } from './stackless.ts';

/**
 * The error of a call that a limiter did not let go: `resource_exhausted`, with the text that Go kit
 * gives it. `retryAfterMs` travels with it, `Infinity` means that trying again cannot help, and
 * undefined that nobody knows. The call reached nobody. It has no stack.
 */
export function limitExceeded(retryAfterMs: number | undefined): ServiceError {
  return stackless('resource_exhausted', 'rate limit exceeded', {
    retryable: retryAfterMs !== Infinity,
    retryAfterMs: retryAfterMs === Infinity ? undefined : retryAfterMs,
    unsent: true,
  });
}
