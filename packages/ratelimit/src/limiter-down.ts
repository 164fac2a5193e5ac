import type { ServiceError } from '@fairlead/endpoint';
import { stackless } from './stackless.ts';

/** The error of a call that no limiter could decide about. The call reached nobody. It has no stack. */
export function limiterDown(cause: unknown): ServiceError {
  return stackless('unavailable', 'the rate limiter is down', { cause, unsent: true });
}
