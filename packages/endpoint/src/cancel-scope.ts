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

/** A listener of a scope, in the order in which they came. The same function may come twice. */
interface Listener {
  call(error: ServiceError): void;
  before: Listener | undefined;
  after: Listener | undefined;
  isGone: boolean;
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
  /** A list of links and no Set: most calls have one listener, for a moment. */
  private first: Listener | undefined = undefined;
  private last: Listener | undefined = undefined;
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
    if (!this.isOver) this.look();
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
    const error = this.first === undefined ? this.link() : this.error;
    if (error !== undefined) {
      listener(error);
      return unlinked;
    }
    if (this.disposed) return unlinked;
    const entry: Listener = { call: listener, before: this.last, after: undefined, isGone: false };
    if (this.last === undefined) this.first = entry;
    else this.last.after = entry;
    this.last = entry;
    return () => this.leave(entry);
  }

  abort(error: ServiceError): void {
    if (this.settled !== undefined || this.disposed) return;
    this.settled = error;
    this.unlink();
    let listener = this.first;
    this.first = undefined;
    this.last = undefined;
    for (; listener !== undefined; listener = listener.after) {
      try {
        if (!listener.isGone) listener.call(error);
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
    this.first = undefined;
    this.last = undefined;
    this.unlink();
  }

  private leave(entry: Listener): void {
    if (entry.isGone) return;
    entry.isGone = true;
    // Those who are being called, or will never be, are in no list any more.
    if (this.settled !== undefined || this.disposed) return;
    const { before, after } = entry;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.last = before;
    else after.before = before;
    if (this.first === undefined) this.unlink();
  }

  private get isOver(): boolean {
    return this.settled !== undefined || this.disposed;
  }

  /** Ends the call where it must have ended; returns how many milliseconds are left to the deadline of this scope. */
  private look(): number {
    const inherited = this.source?.error;
    const remaining = this.ownsDeadline ? this.remainingMs() : Infinity;
    if (inherited !== undefined) this.abort(inherited);
    else if (remaining <= 0) this.abort(deadlineExceeded());
    return remaining;
  }

  /** Links where the call has not ended, and says why it has: one look at the clock for both. */
  private link(): ServiceError | undefined {
    if (this.isOver) return this.settled;
    const remaining = this.look();
    if (this.settled !== undefined) return this.settled;
    const unlinkSource = this.source?.onAbort((error) => this.abort(error));
    // The source may have ended the call while it was being linked.
    if (this.settled !== undefined) {
      unlinkSource?.();
      return this.settled;
    }
    this.unlinkSource = unlinkSource;
    if (this.ownsDeadline) {
      this.stopTimer = this.clock.schedule(remaining, () => this.abort(deadlineExceeded()));
    }
    return undefined;
  }

  private unlink(): void {
    this.unlinkSource?.();
    this.stopTimer?.();
    this.unlinkSource = undefined;
    this.stopTimer = undefined;
  }
}

function unlinked(): void {}
