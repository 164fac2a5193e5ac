import type { Clock } from '@fairlead/endpoint';
import type { EndpointEntry, Owned } from './endpointer.ts';
import type { Instance } from './instance.ts';

/** What an {@link OwnedEntry} needs besides its value. */
export interface EntryOptions {
  readonly clock: Clock;
  /** How long the calls under way may take when it is no longer wanted. */
  readonly drainMs: number;
  /** Is told what closing the value failed with. */
  readonly report: (thrown: unknown) => void;
}

/** A value, those who use it, and its end: open, then draining, then closed. Every call touches it twice. */
export class OwnedEntry<T> implements EndpointEntry<T> {
  readonly value: T;
  instance: Instance;
  doubtful: boolean;
  inFlight = 0;
  private readonly owned: Owned<T>;
  private readonly options: EntryOptions;
  private wasAcquired = false;
  private isClosed = false;
  private draining: Draining | undefined = undefined;
  private stopTimer: (() => void) | undefined = undefined;

  constructor(owned: Owned<T>, instance: Instance, doubtful: boolean, options: EntryOptions) {
    this.value = owned.value;
    this.owned = owned;
    this.instance = instance;
    this.doubtful = doubtful;
    this.options = options;
  }

  acquire(): boolean {
    if (this.isClosed) return false;
    this.wasAcquired = true;
    this.inFlight++;
    return true;
  }

  release(): void {
    if (this.inFlight === 0) throw new Error('release() without an acquire() before it');
    this.inFlight--;
    if (this.inFlight === 0 && this.draining !== undefined) this.close();
  }

  /**
   * Closes the value when the calls under way have ended, at the latest after `drainMs`. Nobody knows
   * of the calls of those who never acquire: what was never acquired is kept for all of that time.
   */
  drain(draining: Draining): void {
    this.draining = draining;
    if (this.inFlight === 0 && this.wasAcquired) this.close();
    else this.stopTimer = this.options.clock.schedule(this.options.drainMs, () => this.close());
  }

  /** While it drains: waits no more for calls of which nobody knows. */
  hurry(): void {
    if (this.inFlight === 0) this.close();
  }

  /** Takes {@link drain} back, before `closing` was called. */
  revive(): void {
    this.stopTimer?.();
    this.draining = undefined;
  }

  private close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopTimer?.();
    this.draining?.closing();
    void closeOwned(this.owned, this.options.report).then(this.draining?.closed);
  }
}

/** Who is told how a value leaves. */
export interface Draining {
  /** It cannot be taken back any more. */
  closing(): void;
  closed(): void;
}

/** Gives a value back. Never rejects. */
export async function closeOwned(
  owned: Owned<unknown>,
  report: (thrown: unknown) => void,
): Promise<void> {
  try {
    await owned.close?.();
  } catch (thrown) {
    report(thrown);
  }
}
