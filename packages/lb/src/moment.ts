import type { Clock } from '@fairlead/endpoint';

/** A moment that somebody has just read from a clock, for who would read the same clock again at once. */
export interface Moment {
  readonly clock: Clock;
  /** The clock's milliseconds. */
  readonly now: number;
}

/** The time on a clock: that of the moment, if it is one of this clock. */
export function nowOn(clock: Clock, moment: Moment | undefined): number {
  return moment !== undefined && moment.clock === clock ? moment.now : clock.now();
}
