import { type Clock, checkNumber } from '@fairlead/endpoint';

/** Which calls a rate is of: those of the last so many milliseconds, or the last so many. */
export type WindowOptions = { readonly ms: number } | { readonly calls: number };

/** The calls of late, and how many of them were bad. */
export interface Window {
  add(isBad: boolean): void;
  /** How many there are, and how many bad ones, as of the last {@link add}. */
  total(): { readonly calls: number; readonly bad: number };
  reset(): void;
}

/** Makes windows after one option; throws where it is out of its range. */
export function windows(options: WindowOptions, minimum: number): (clock: Clock) => Window {
  if ('calls' in options) {
    const calls = checkNumber('window.calls', options.calls, {
      min: minimum,
      max: 1e6,
      integer: true,
    });
    return () => countWindow(calls);
  }
  const ms = checkNumber('window.ms', options.ms, { min: slots, max: 3_600_000 });
  return (clock) => timeWindow(ms, minimum < 2 * stride ? 1 : stride, clock);
}

const slots = 10;

/** Of good calls only each so-and-so-manieth looks at the clock, where the rate is one of many calls. */
const stride = 4;

/**
 * Exact counts in ten buckets of time. Good calls, which are most, do not all look at the clock, which costs
 * more than all the rest: up to three of them may be counted one bucket too early.
 */
function timeWindow(ms: number, lookEvery: number, clock: Clock): Window {
  const slotMs = ms / slots;
  const calls = Array<number>(slots).fill(0);
  const bad = Array<number>(slots).fill(0);
  let slot = Math.floor(clock.now() / slotMs);
  let place = slot % slots;
  /** Good calls since the last look at the clock: they belong to its bucket. */
  let pending = 0;

  /** Lets go of what is older than the window. */
  function turn(): void {
    calls[place] = (calls[place] ?? 0) + pending;
    pending = 0;
    const current = Math.floor(clock.now() / slotMs);
    if (current === slot) return;
    for (let next = Math.max(slot + 1, current - slots + 1); next <= current; next++) {
      calls[next % slots] = 0;
      bad[next % slots] = 0;
    }
    slot = current;
    place = slot % slots;
  }

  return {
    add(isBad) {
      if (!isBad && pending + 1 < lookEvery) {
        pending++;
        return;
      }
      turn();
      calls[place] = (calls[place] ?? 0) + 1;
      if (isBad) bad[place] = (bad[place] ?? 0) + 1;
    },
    total() {
      let sum = 0;
      let badSum = 0;
      for (let i = 0; i < slots; i++) {
        sum += calls[i] ?? 0;
        badSum += bad[i] ?? 0;
      }
      return { calls: sum, bad: badSum };
    },
    reset() {
      turn();
      calls.fill(0);
      bad.fill(0);
    },
  };
}

/** The last so many calls, in a ring. */
function countWindow(size: number): Window {
  const ring = new Uint8Array(size);
  let place = 0;
  let filled = 0;
  let badCount = 0;
  return {
    add(isBad) {
      const mark = isBad ? 1 : 0;
      badCount += mark - (ring[place] ?? 0);
      ring[place] = mark;
      place = place + 1 === size ? 0 : place + 1;
      if (filled < size) filled++;
    },
    total: () => ({ calls: filled, bad: badCount }),
    reset() {
      ring.fill(0);
      place = 0;
      filled = 0;
      badCount = 0;
    },
  };
}
