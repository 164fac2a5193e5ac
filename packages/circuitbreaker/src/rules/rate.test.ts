import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { failureRatio } from './failure-ratio.ts';
import type { RateOptions } from './rate.ts';
import { slowCallRate } from './slow-call-rate.ts';
import type { Tripwire } from './trip-rule.ts';

const counts = {
  requests: 0,
  successes: 0,
  failures: 0,
  exclusions: 0,
  consecutiveSuccesses: 0,
  consecutiveFailures: 0,
};

function scene(options: RateOptions) {
  const clock = fakeClock();
  const tripwire = failureRatio(options)({ clock });
  return { clock, tripwire, ...calls(tripwire) };
}

function calls(tripwire: Tripwire) {
  return {
    good(times: number): void {
      for (let i = 0; i < times; i++) expect(tripwire.succeeded?.(0)).toBe(false);
    },
    /** Whether it opens, at each of so many failures. */
    bad: (times: number): boolean[] =>
      Array.from({ length: times }, () => tripwire.failed(counts, 0)),
  };
}

describe('of the last milliseconds', () => {
  it('opens at its ratio and at no less, from its minimum on', () => {
    const { good, bad } = scene({ ratio: 0.3, minimum: 10 });
    good(6);
    expect(bad(4)).toEqual([false, false, false, true]);
    const another = scene({ ratio: 0.3, minimum: 10 });
    another.good(8);
    expect(another.bad(4)).toEqual([false, false, false, true]);
  });

  it('forgets what is older than its window, step by step', async () => {
    const { clock, bad } = scene({ minimum: 4, ratio: 1, window: { ms: 1000 } });
    bad(2);
    await clock.advance(500);
    bad(1);
    await clock.advance(499);
    // All four within 999 ms.
    expect(bad(1)).toEqual([true]);
    await clock.advance(1);
    // The two at 0 are gone, so three are left and this one.
    expect(bad(1)).toEqual([false]);
    expect(bad(1)).toEqual([true]);
  });

  it('forgets everything after a long silence', async () => {
    const { clock, bad } = scene({ minimum: 3, ratio: 1, window: { ms: 1000 } });
    bad(2);
    await clock.advance(1e9);
    expect(bad(3)).toEqual([false, false, true]);
  });

  it('counts an outage in a burst exactly, after any number of successes', async () => {
    const { clock, good, bad } = scene({});
    good(1000);
    await clock.advance(10_000);
    // At most three good calls are dated too early; a window without them is judged by these alone.
    expect(bad(10).indexOf(true)).toBe(9);
  });

  it('looks at the clock at each call where it judges few', async () => {
    const { clock, good, bad } = scene({ minimum: 2, window: { ms: 1000 } });
    await clock.advance(5000);
    good(1);
    expect(bad(1)).toEqual([true]);
  });

  it('looks at the clock at every fourth good call where it judges many', () => {
    let looks = 0;
    const now = () => {
      looks++;
      return 0;
    };
    const tripwire = failureRatio()({ clock: { now, schedule: () => () => {} } });
    looks = 0;
    calls(tripwire).good(400);
    expect(looks).toBe(100);
  });

  it('forgets all when it is told to', () => {
    const { tripwire, bad } = scene({ minimum: 4 });
    bad(3);
    tripwire.reset?.();
    expect(bad(4)).toEqual([false, false, false, true]);
  });
});

describe('of the last calls', () => {
  it('counts the last so many and no others', () => {
    const { good, bad } = scene({ minimum: 4, ratio: 0.5, window: { calls: 4 } });
    expect(bad(1)).toEqual([false]);
    good(3);
    // The first failure has left the ring.
    expect(bad(1)).toEqual([false]);
    expect(bad(1)).toEqual([true]);
  });

  it('needs no clock', () => {
    const clock = {
      now(): number {
        throw new Error('it looked');
      },
      schedule: () => () => {},
    };
    const tripwire = failureRatio({ minimum: 1, window: { calls: 10 } })({ clock });
    const { good, bad } = calls(tripwire);
    good(50);
    bad(4);
    tripwire.reset?.();
    expect(bad(1)).toEqual([true]);
  });
});

it('judges how long calls take, whether they succeed or fail', () => {
  const tripwire = slowCallRate({ slowMs: 100, minimum: 4, window: { calls: 4 } })({
    clock: fakeClock(),
  });
  expect(tripwire.timed).toBe(true);
  expect(tripwire.failed(counts, 99)).toBe(false);
  expect(tripwire.succeeded?.(99)).toBe(false);
  expect(tripwire.succeeded?.(100)).toBe(false);
  expect(tripwire.failed(counts, 100)).toBe(true);
});

it.each([
  [{ ratio: 0 }, 'ratio must be'],
  [{ ratio: 1.1 }, 'ratio must be'],
  [{ minimum: 0 }, 'minimum must be'],
  [{ minimum: 10, window: { calls: 9 } }, 'window.calls must be'],
  [{ window: { ms: 1 } }, 'window.ms must be'],
] satisfies [RateOptions, string][])('refuses %o', (options, message) => {
  expect(() => failureRatio(options)).toThrow(message);
});
