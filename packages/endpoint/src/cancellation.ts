import { deadlineExceeded, ServiceError } from './service-error.ts';

/**
 * Something that may end a call early: a context, an AbortSignal, a peer that hangs up.
 * A transport hands one to {@link createContext} as the `source` of its calls.
 */
export interface CancelSource {
  /** Why the call must end; undefined while it may go on. Read at every stage, so it must be cheap. */
  readonly error: ServiceError | undefined;
  /**
   * Calls `listener` once, when the call must end, or at once when it already must. Returns what
   * takes the listener back. Nothing is linked to anything before the first listener comes.
   *
   * A listener should not throw. One that does keeps no other from being called; what it threw is
   * an uncaught exception of the process, as it is for a listener of an AbortSignal.
   */
  onAbort(listener: (error: ServiceError) => void): () => void;
}

/** The error of a call that was canceled: the reason itself where it is a ServiceError, else its cause. */
export function cancelReason(reason?: unknown): ServiceError {
  if (reason instanceof ServiceError) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return deadlineExceeded({ cause: reason });
  }
  const options = reason === undefined ? undefined : { cause: reason };
  return new ServiceError('canceled', 'call canceled', options);
}
