import { isWithin } from './noise.ts';
import type { Plot } from './plot.ts';
import { type Spread, spread } from './spread.ts';

/** What one subject found on one Node: a table with one figure in each line. */
export interface Section {
  readonly subject: string;
  readonly title: string;
  /** The version of Node that was measured. */
  readonly node: string;
  readonly lines: readonly Line[];
  /** Pictures of the figures that grow with something. Default: none. */
  readonly plots?: readonly Plot[] | undefined;
}

/** One figure over all rounds. */
export interface Line extends Spread {
  readonly what: string;
  readonly unit: Unit;
  readonly goal: Goal | undefined;
  /** The figure of each round, in the order of the rounds. */
  readonly rounds: readonly number[];
  /** The factor by which the median of a ratio may be off, up or down. Undefined where nobody asked. */
  readonly noise?: number | undefined;
  /** Whether the ratio is that of a program to itself: it is no difference, but shows the noise. */
  readonly isAgain?: boolean | undefined;
}

export type Unit =
  | 'ns'
  | 'µs'
  | 'ms'
  | 'MB'
  | 'KB'
  | 'calls/s'
  | 'messages/s'
  | 'instructions'
  | '×';

/** A bound that the median should keep. */
export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function line(what: string, unit: Unit, rounds: readonly number[], goal?: Goal): Line {
  return { what, unit, rounds, goal, ...spread(rounds) };
}

/** Whether the noise alone may have made the difference that a line shows. */
export function isLost({ median, noise, isAgain }: Figure): boolean {
  return noise !== undefined && isAgain !== true && isWithin(noise, median);
}

/** What is said of a goal; of one whose bound lies within the noise around the median, nothing. */
export type Verdict = 'met' | 'missed' | 'too close to say';

/** Whether the median keeps the goal; undefined where there is none. */
export function verdictOf({ goal, median, noise }: Figure): Verdict | undefined {
  if (goal === undefined) return undefined;
  const { atLeast, atMost } = goal;
  const isClose = (bound: number | undefined): boolean =>
    bound !== undefined && noise !== undefined && isWithin(noise, median / bound);
  if (isClose(atLeast) || isClose(atMost)) return 'too close to say';
  return median >= (atLeast ?? -Infinity) && median <= (atMost ?? Infinity) ? 'met' : 'missed';
}

type Figure = Pick<Line, 'goal' | 'median' | 'noise' | 'isAgain'>;
