import type { Clock, Code, Context, ServiceError } from '@fairlead/endpoint';
import type { Codel } from './codel.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { isCutOff } from './cut-off.ts';
import type { WaitingLine } from './waiting-line.ts';

/** The options of a bulkhead, checked and complete. */
export interface PlaceRules {
  readonly limit: ConcurrencyLimit;
  readonly queue: number;
  readonly isNewestFirst: boolean;
  readonly codel: Codel | undefined;
  readonly line: WaitingLine;
  readonly clock: Clock;
  /** The error of a call that gets no place. */
  refused(why: string): ServiceError;
}

/** The places of a bulkhead. A class, as every call reads and writes its count. */
export class Places {
  inFlight = 0;
  private readonly rules: PlaceRules;
  private readonly line: WaitingLine;

  constructor(rules: PlaceRules) {
    this.rules = rules;
    this.line = rules.line;
  }

  get waiting(): number {
    return this.line.length;
  }

  /** Takes a place if one is free and nobody waits for it. */
  enter(): boolean {
    const { limit, codel, clock } = this.rules;
    if (this.inFlight >= limit.current || this.line.length > 0) return false;
    this.inFlight++;
    codel?.turnsAway(0, clock.now());
    return true;
  }

  /** Waits for a place; it is taken when this resolves. */
  wait(ctx: Context): Promise<void> {
    const { queue, isNewestFirst, clock, refused } = this.rules;
    if (ctx.error !== undefined) return Promise.reject(ctx.error);
    const full = 'too many calls at once: try again later';
    if (queue === 0) return Promise.reject(refused(full));
    if (this.line.length >= queue) {
      if (!isNewestFirst) return Promise.reject(refused(full));
      this.line.oldest()?.refuse(refused(full));
    }
    return this.line.join(ctx, clock.now());
  }

  /** Gives a place back, to those who wait first. */
  leave(): void {
    this.inFlight--;
    if (this.line.length > 0) this.admit();
  }

  /** Like {@link leave}, for a call that tells the limit how long it took; the code is that of its error. */
  ended(startedAt: number, code: Code | undefined): void {
    const { limit, clock } = this.rules;
    const gaveUp = isCutOff(code);
    if (code === undefined || gaveUp) {
      const now = clock.now();
      const { inFlight } = this;
      limit.ended({ latencyMs: now - startedAt, inFlight, now, isCutOff: gaveUp });
    }
    this.leave();
  }

  private admit(): void {
    const { limit, isNewestFirst, codel, clock, refused } = this.rules;
    const now = clock.now();
    while (this.line.length > 0 && this.inFlight < limit.current) {
      const waiter = isNewestFirst ? this.line.newest() : this.line.oldest();
      if (waiter === undefined) return;
      if (codel?.turnsAway(now - waiter.since, now)) {
        waiter.refuse(refused('too many calls at once: the wait has become too long'));
      } else {
        this.inFlight++;
        waiter.admit();
      }
    }
  }
}
