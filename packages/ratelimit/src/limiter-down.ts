import { ServiceError } from '@fairlead/endpoint';

/** The error of a call that no limiter could decide about. The call reached nobody. */
export function limiterDown(cause: unknown): ServiceError {
  return new ServiceError('unavailable', 'the rate limiter is down', { cause, unsent: true });
}
