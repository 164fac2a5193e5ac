import { CancelScope } from './cancel-scope.ts';
import { systemClock } from './clock.ts';
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

/** What ends a call when its AbortSignal does: one for each signal, for as long as there is the signal. */
const sources = new WeakMap<AbortSignal, CancelSource>();

/**
 * An AbortSignal as a {@link CancelSource}. Its reason becomes a ServiceError: see {@link cancelReason}.
 *
 * However many calls a signal may end, it has one listener at most, and none when no call listens:
 * at the eleventh Node would warn of a leak.
 */
export function signalSource(signal: AbortSignal): CancelSource {
  let source = sources.get(signal);
  if (source === undefined) {
    source = new CancelScope({ clock: systemClock, source: abortEvent(signal) });
    sources.set(signal, source);
  }
  return source;
}

function abortEvent(signal: AbortSignal): CancelSource {
  return {
    get error() {
      return signal.aborted ? cancelReason(signal.reason) : undefined;
    },
    onAbort(listener) {
      const aborted = (): void => listener(cancelReason(signal.reason));
      signal.addEventListener('abort', aborted, { once: true });
      return () => signal.removeEventListener('abort', aborted);
    },
  };
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
