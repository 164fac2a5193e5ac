import type { ServiceError } from '@fairlead/endpoint';

/** What is known when a try has failed and another might follow. */
export interface RetryDecision {
  readonly error: ServiceError;
  /** The try that failed, from 1. */
  readonly number: number;
  /** Whether a second call does no more than the first, as far as anybody said. */
  readonly idempotent: boolean;
  /** Whether the call reached nobody for sure. */
  readonly unsent: boolean;
  /** Whether the try took longer than `attemptTimeoutMs`. */
  readonly timedOut: boolean;
}
