import { ServiceError } from '@fairlead/endpoint';

/**
 * The error of a call that a limiter did not let go: `resource_exhausted`, with the text that Go kit
 * gives it. `retryAfterMs` travels with it, `Infinity` means that trying again cannot help, and
 * undefined that nobody knows. The call reached nobody.
 */
export function limitExceeded(retryAfterMs: number | undefined): ServiceError {
  return new ServiceError('resource_exhausted', 'rate limit exceeded', {
    retryable: retryAfterMs !== Infinity,
    retryAfterMs: retryAfterMs === Infinity ? undefined : retryAfterMs,
    unsent: true,
  });
}
