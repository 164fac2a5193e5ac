import type { Clock } from './clock.ts';
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
   */
  onAbort(listener: (error: ServiceError) => void): () => void;
}

/** An AbortSignal as a {@link CancelSource}. Its reason becomes a ServiceError: see {@link cancelReason}. */
export function signalSource(signal: AbortSignal): CancelSource {
  return {
    get error() {
      return signal.aborted ? cancelReason(signal.reason) : undefined;
    },
    onAbort(listener) {
      if (signal.aborted) {
        listener(cancelReason(signal.reason));
        return unlinked;
      }
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
  return new ServiceError('canceled', 'call canceled', { cause: reason });
}

function unlinked(): void {}

/** What a {@link CancelScope} is made of. */
export interface CancelScopeOptions {
  readonly clock: Clock;
  readonly source?: CancelSource | undefined;
  readonly deadline?: number | undefined;
  /** Whether this scope's own deadline, and not its source's, is the one that ends the call. */
  readonly ownsDeadline?: boolean;
}

/**
 * The part of a call that can be ended at once: the state behind a context. It is read far more
 * often than it ends, so it holds no timer, no AbortController and no link to its source until
 * somebody listens, and lets go of them when the last listener leaves or the scope is disposed.
 */
export class CancelScope implements CancelSource {
  readonly clock: Clock;
  readonly deadline: number | undefined;
  private readonly source: CancelSource | undefined;
  private readonly ownsDeadline: boolean;
  private settled: ServiceError | undefined = undefined;
  private disposed = false;
  private listeners: Set<{ call(error: ServiceError): void }> | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private unlinkSource: (() => void) | undefined = undefined;
  private stopTimer: (() => void) | undefined = undefined;

  constructor(options: CancelScopeOptions) {
    this.clock = options.clock;
    this.source = options.source;
    this.deadline = options.deadline;
    this.ownsDeadline = options.ownsDeadline ?? options.deadline !== undefined;
  }

  get error(): ServiceError | undefined {
    if (this.settled !== undefined || this.disposed) return this.settled;
    const inherited = this.source?.error;
    if (inherited !== undefined) this.abort(inherited);
    else if (this.ownsDeadline && this.remainingMs() <= 0) this.abort(deadlineExceeded());
    return this.settled;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      const controller = new AbortController();
      this.controller = controller;
      this.onAbort((error) => controller.abort(error));
    }
    return this.controller.signal;
  }

  remainingMs(): number {
    return this.deadline === undefined ? Infinity : Math.max(0, this.deadline - this.clock.now());
  }

  onAbort(listener: (error: ServiceError) => void): () => void {
    const { error } = this;
    if (error !== undefined) {
      listener(error);
      return unlinked;
    }
    if (this.disposed) return unlinked;
    const entry = { call: listener };
    this.listeners ??= new Set();
    this.listeners.add(entry);
    if (this.listeners.size === 1) this.link();
    return () => {
      if (this.listeners?.delete(entry) && this.listeners.size === 0) this.unlink();
    };
  }

  abort(error: ServiceError): void {
    if (this.settled !== undefined || this.disposed) return;
    this.settled = error;
    this.unlink();
    const listeners = this.listeners;
    this.listeners = undefined;
    for (const listener of listeners ?? []) listener.call(error);
  }

  dispose(): void {
    this.disposed = true;
    this.listeners = undefined;
    this.unlink();
  }

  private link(): void {
    this.unlinkSource = this.source?.onAbort((error) => this.abort(error));
    // The source may have ended the call while it was being linked.
    if (this.settled !== undefined) this.unlink();
    else if (this.ownsDeadline) this.startTimer();
  }

  private startTimer(): void {
    this.stopTimer = this.clock.schedule(this.remainingMs(), () => this.abort(deadlineExceeded()));
  }

  private unlink(): void {
    this.unlinkSource?.();
    this.stopTimer?.();
    this.unlinkSource = undefined;
    this.stopTimer = undefined;
  }
}
