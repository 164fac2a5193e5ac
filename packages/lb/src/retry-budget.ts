import { type Clock, checkNumber, systemClock } from '@fairlead/endpoint';
import { type Moment, nowOn } from './moment.ts';

/** How many tries may be added to the calls themselves. */
export interface RetryBudgetOptions {
  /** Retries for each call, on average: 0.2 for at most one fifth more load. Default 0.2. */
  readonly ratio?: number | undefined;
  /** Retries that are granted each second beside that, for those who call seldom. Default 10. */
  readonly minPerSecond?: number | undefined;
  /** How long a call counts, in milliseconds. Default 10 000. */
  readonly windowMs?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** Grants retries while they are few among the calls. */
export interface RetryBudget {
  /** A call begins: at this moment, where the caller knows it, or now. */
  deposit(moment?: Moment): void;
  /** Whether one retry is granted; it is taken then. */
  withdraw(): boolean;
}

const slots = 10;

/**
 * A budget of retries: when everything fails, retries must not multiply the load that made it fail.
 * With the default, no more than 1.2 calls are made for each that comes in, and ten a second. Share
 * one among all that call the same service. (Finagle's rule; the window moves in ten steps.)
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const { clock = systemClock } = options;
  const ratio = checkNumber('ratio', options.ratio ?? 0.2, { max: 1000 });
  const minPerSecond = checkNumber('minPerSecond', options.minPerSecond ?? 10);
  const windowMs = checkNumber('windowMs', options.windowMs ?? 10_000, {
    min: slots,
    max: 3_600_000,
  });
  const reserve = (minPerSecond * windowMs) / 1000;
  const slotMs = windowMs / slots;
  // Whole numbers, whose sum does not drift: a sum of many tenths falls short.
  const deposits = new Float64Array(slots);
  const withdrawals = new Float64Array(slots);
  let slot = -1;
  let place = 0;
  let slotEnd = -Infinity;

  /** Lets go of what is older than the window, so that {@link place} is that of now. */
  function turn(now: number): void {
    const current = Math.floor(now / slotMs);
    const first = slot < 0 ? current : Math.max(slot + 1, current - slots + 1);
    for (let i = first; i <= current; i++) {
      deposits[i % slots] = 0;
      withdrawals[i % slots] = 0;
    }
    slot = current;
    place = current % slots;
    slotEnd = (current + 1) * slotMs;
  }

  const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);

  return {
    deposit(moment) {
      const now = nowOn(clock, moment);
      if (now >= slotEnd) turn(now);
      // Sound: `place` is one of the slots.
      (deposits[place] as number)++;
    },
    withdraw() {
      const now = clock.now();
      if (now >= slotEnd) turn(now);
      // A little less than one, for what the multiplication leaves short of a whole.
      if (reserve + sum(deposits) * ratio - sum(withdrawals) < 1 - 1e-9) return false;
      (withdrawals[place] as number)++;
      return true;
    },
  };
}
