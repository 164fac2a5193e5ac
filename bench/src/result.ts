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
}

export type Unit = 'ns' | 'µs' | 'ms' | 'MB' | 'calls/s' | 'instructions' | '×';

/** A bound that the median should keep. */
export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function line(what: string, unit: Unit, rounds: readonly number[], goal?: Goal): Line {
  return { what, unit, rounds, goal, ...spread(rounds) };
}

/** Whether the median keeps the goal; undefined where there is none. */
export function isMet({ goal, median }: Pick<Line, 'goal' | 'median'>): boolean | undefined {
  if (goal === undefined) return undefined;
  const { atLeast = -Infinity, atMost = Infinity } = goal;
  return median >= atLeast && median <= atMost;
}
