import { ServiceError } from '@fairlead/endpoint';

/** One try of a call that failed. */
export interface FailedAttempt {
  /** From 1. */
  readonly number: number;
  /** The instance that it went to; undefined where none was picked. */
  readonly instance: string | undefined;
  readonly error: ServiceError;
}

/** How many of the earlier errors are named in the message. */
const maxNamed = 5;

/**
 * A call that was tried more than once and failed, or was to be when its context ended. Its code and all that the caller sees are those of
 * the last error, or of the deadline that came in between; {@link attempts} has every one, in order.
 */
export class RetryError extends ServiceError {
  /** Every try, in order. Stays in the process. */
  readonly attempts: readonly FailedAttempt[];

  constructor(final: ServiceError, attempts: readonly FailedAttempt[]) {
    const { code, retryable, retryAfterMs, details, unsent } = final;
    const cause = attempts.at(-1)?.error ?? final;
    super(code, messageOf(final, attempts), { cause, retryable, retryAfterMs, details, unsent });
    this.attempts = attempts;
  }
}

function messageOf(final: ServiceError, attempts: readonly FailedAttempt[]): string {
  const earlier = attempts.map(({ error }) => error).filter((error) => error !== final);
  const texts = [...new Set(earlier.map(({ message }) => message))].slice(0, maxNamed);
  const previously = texts.length > 0 ? `, previously: ${texts.join('; ')}` : '';
  const count = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`;
  return `${final.message} (${count}${previously})`;
}
