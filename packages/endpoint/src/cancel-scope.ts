import type { CancelSource } from './cancellation.ts';
import type { Clock } from './clock.ts';
import { deadlineExceeded, type ServiceError } from './service-error.ts';

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
    // An entry of its own: the same function may come twice.
    const entry = { call: listener };
    this.listeners ??= new Set();
    const { listeners } = this;
    listeners.add(entry);
    if (listeners.size === 1) this.link();
    return () => {
      if (listeners.delete(entry) && listeners.size === 0) this.unlink();
    };
  }

  abort(error: ServiceError): void {
    if (this.settled !== undefined || this.disposed) return;
    this.settled = error;
    this.unlink();
    const listeners = this.listeners;
    this.listeners = undefined;
    for (const listener of listeners ?? []) {
      try {
        listener.call(error);
      } catch (thrown) {
        // It is nobody's on the stack here; an AbortSignal treats a listener's throw in this way too.
        queueMicrotask(() => {
          throw thrown;
        });
      }
    }
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

function unlinked(): void {}
