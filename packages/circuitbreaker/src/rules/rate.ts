import { type Clock, checkNumber } from '@fairlead/endpoint';
import { type WindowOptions, windows } from './window.ts';

/** Of which calls a rate is, and when it is too high. */
export interface RateOptions {
  /** The share of bad calls, more than 0 and up to 1. Default 0.5. */
  readonly ratio?: number | undefined;
  /** How many calls of the window it takes to judge it. Default 10. */
  readonly minimum?: number | undefined;
  /** Which calls it is the share of. Default `{ ms: 10_000 }`, in ten steps. */
  readonly window?: WindowOptions | undefined;
}

/** The share of bad calls of late. */
export interface Rate {
  /** Returns whether the share is too high now. Asked of bad calls alone: a good one never makes it so. */
  add(isBad: boolean): boolean;
  reset(): void;
}

/** Makes rates after one set of options; throws where one is out of its range. */
export function rates(options: RateOptions): (clock: Clock) => Rate {
  const ratio = checkNumber('ratio', options.ratio ?? 0.5, { min: Number.MIN_VALUE, max: 1 });
  const minimum = checkNumber('minimum', options.minimum ?? 10, {
    min: 1,
    max: 1e6,
    integer: true,
  });
  const makeWindow = windows(options.window ?? { ms: 10_000 }, minimum);
  return (clock) => {
    const window = makeWindow(clock);
    return {
      add(isBad) {
        window.add(isBad);
        if (!isBad) return false;
        const { calls, bad } = window.total();
        return calls >= minimum && bad >= ratio * calls;
      },
      reset: window.reset,
    };
  };
}
