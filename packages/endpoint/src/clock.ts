/**
 * Where time comes from. Everything that waits or measures takes one, so that a test can bring its
 * own (`fakeClock` of `@fairlead/testing`) and never sleeps.
 */
export interface Clock {
  /**
   * Milliseconds since some fixed moment, with fractions. Never goes back: a change of the system's
   * date does not touch it, so it must not be compared with another process's.
   */
  now(): number;
  /**
   * Calls `run` once, `delayMs` milliseconds from now, and returns what takes that back. A delay of
   * any length is kept; one that is not positive runs as soon as the current work is done.
   */
  schedule(delayMs: number, run: () => void): () => void;
}

/** The longest delay that Node's timers keep; a longer one would fire at once. */
const maxDelayMs = 2_147_483_647;

/** What the process has, unless somebody puts something else in its place: each look at the global is a call. */
const { performance: own, setTimeout: ownSetTimeout } = globalThis;

/** The clock of the process: `performance.now()` and Node's timers, or the fake ones that a test runner has put in their place. */
export const systemClock: Clock = {
  now: () => (setTimeout === ownSetTimeout ? own : performance).now(),
  schedule(delayMs, run) {
    if (delayMs <= maxDelayMs) {
      const timer = setTimeout(run, Math.max(0, delayMs));
      return () => clear(timer, delayMs);
    }
    let remaining = delayMs;
    const step = (): NodeJS.Timeout => {
      const delay = Math.min(remaining, maxDelayMs);
      remaining -= delay;
      return setTimeout(() => {
        if (remaining > 0) timer = step();
        else run();
      }, delay);
    };
    let timer = step();
    return () => clearTimeout(timer);
  },
};

/** Bounds how many empty lists Node keeps: one for each millisecond, for as long. */
const mostKeptMs = 30_000;

/**
 * Node has a list of timers for each delay. With the last timer it drops the list, and makes it again for
 * the next call: three times the price of the timer itself. Of timers that hold no process it keeps the list
 * until its time has come.
 */
function clear(timer: NodeJS.Timeout, delayMs: number): void {
  // Elsewhere a timer is a number.
  if (delayMs <= mostKeptMs) timer.unref?.();
  clearTimeout(timer);
}
