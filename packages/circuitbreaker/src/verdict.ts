import { isServerFault, ServiceError } from '@fairlead/endpoint';

/** How a breaker judges what a call was rejected with. */
export interface VerdictOptions {
  /** Whether an error counts against the one that was called. Default: {@link countsAsFailure}. */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
  /**
   * Whether an error that is no failure says nothing at all; one that says something is a success: the
   * other end is alive. Default: every one says nothing.
   */
  readonly isExcluded?: ((error: unknown) => boolean) | undefined;
  /**
   * Whether a failure says that the other end has too much to do. It counts as any other, but is none in a row:
   * such an end is alive. Default: `resource_exhausted`.
   */
  readonly isOverload?: ((error: unknown) => boolean) | undefined;
}

/** What the end of a call says about the one that was called. */
export type Verdict = 'failure' | 'overload' | 'success' | 'excluded';

/**
 * Whether an error counts against the one that was called: it did not do its work (`unavailable`, `internal`,
 * `unknown`, `data_loss`, `deadline_exceeded`) or has too much of it (`resource_exhausted`). A caller who cancels
 * and a request that is wrong say nothing. What is no ServiceError is `internal`.
 *
 * Give it to a breaker of another library as well: see `opossum` and `cockatiel`.
 */
export function countsAsFailure(error: unknown): boolean {
  const { code } = ServiceError.from(error);
  return isServerFault(code) || code === 'resource_exhausted';
}

/** The options as one function. */
export function verdictOf(options: VerdictOptions): (error: unknown) => Verdict {
  const { isFailure = countsAsFailure, isExcluded = always, isOverload = isExhausted } = options;
  return (error) => {
    if (isFailure(error)) return isOverload(error) ? 'overload' : 'failure';
    return isExcluded(error) ? 'excluded' : 'success';
  };
}

function always(): boolean {
  return true;
}

function isExhausted(error: unknown): boolean {
  return ServiceError.from(error).code === 'resource_exhausted';
}
