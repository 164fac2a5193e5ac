import type { Clock } from '@fairlead/endpoint';
import type { Instance } from '@fairlead/sd';
import type { Moment } from './moment.ts';
import type { Seat } from './seat.ts';

/** The right to make one call to an instance. Whoever picked it must end it, once; a second end does nothing. */
export interface Lease<out T> {
  readonly instance: Instance;
  /** What the endpointer's factory made of the instance: an endpoint, or a whole client. */
  readonly value: T;
  /** When it was picked. Optional: it saves a retry's budget a look at the clock. */
  readonly picked?: Moment | undefined;
  /** The answer is there, if only the beginning of a stream: this is the latency that counts. Optional. */
  answered(): void;
  /** The call is over: with what it was rejected, or well. */
  end(thrown?: unknown): void;
}

/** A class, as the one object that every pick needs: the moment of the pick is a part of it. */
export class CallLease<T> implements Lease<T>, Moment {
  readonly clock: Clock;
  readonly now: number;
  private readonly seat: Seat<T>;
  private readonly onEnd: (seat: Seat<T>, elapsedMs: number, thrown: unknown, now: number) => void;
  private answeredAt: number | undefined = undefined;
  private open = true;

  constructor(seat: Seat<T>, now: number, clock: Clock, onEnd: CallLease<T>['onEnd']) {
    this.seat = seat;
    this.now = now;
    this.clock = clock;
    this.onEnd = onEnd;
  }

  get instance(): Instance {
    return this.seat.entry.instance;
  }

  get value(): T {
    return this.seat.entry.value;
  }

  get picked(): Moment {
    return this;
  }

  answered(): void {
    this.answeredAt ??= this.clock.now();
  }

  end(thrown?: unknown): void {
    if (!this.open) return;
    this.open = false;
    const now = this.clock.now();
    this.onEnd(this.seat, (this.answeredAt ?? now) - this.now, thrown, now);
  }
}
