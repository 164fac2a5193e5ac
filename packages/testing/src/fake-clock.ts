import { type Clock, checkNumber } from '@fairlead/endpoint';

/** A {@link Clock} that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Moves time forward by `ms` milliseconds and runs what falls due, in order of time and then of
   * scheduling. Lets promises settle before, between and after those runs. Rejects with what a run
   * throws, and leaves the later ones for the next time. Await it before moving the clock again.
   */
  advance(ms: number): Promise<void>;
  /** How many scheduled runs are still to come: a test that ends with some has found a leaked timer. */
  pending(): number;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** Makes a clock that stands at `start` milliseconds (default 0) until the test moves it. */
export function fakeClock(start = 0): FakeClock {
  let now = start;
  const timers = new Set<Timer>();

  function nextDue(limit: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.due <= limit && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }

  return {
    now: () => now,
    pending: () => timers.size,
    schedule(delayMs, run) {
      const timer = { due: now + Math.max(0, delayMs), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = now + checkNumber('ms', ms, { max: Number.MAX_SAFE_INTEGER });
      await promisesSettled();
      for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) {
        timers.delete(timer);
        now = timer.due;
        timer.run();
        await promisesSettled();
      }
      // Later already where somebody moved the clock on without awaiting this.
      now = Math.max(now, end);
    },
  };
}

/** Every promise reaction that is due has run when the event loop comes round to its check phase. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
