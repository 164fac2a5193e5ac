import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

/** The longest delay that a timer of Node keeps. */
const longest = 2 ** 31 - 1;

describe('systemClock', () => {
  it('never goes back, and counts in milliseconds', () => {
    const first = systemClock.now();
    const second = systemClock.now();

    expect(second).toBeGreaterThanOrEqual(first);
    expect(Math.abs(first - performance.now())).toBeLessThan(60_000);
  });

  it('runs what is scheduled, in order of time', async () => {
    const order = await new Promise<string[]>((resolve) => {
      const ran: string[] = [];
      systemClock.schedule(100, () => {
        ran.push('later');
        resolve(ran);
      });
      systemClock.schedule(0, () => ran.push('soon'));
    });

    expect(order).toEqual(['soon', 'later']);
  });
});

describe('systemClock.schedule on the timers of Node', () => {
  it.each([5, 30_000, 30_001])(
    'holds the process while a timer of %d ms is under way',
    (delayMs) => {
      const held = (): number =>
        process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      const before = held();
      const cancel = systemClock.schedule(delayMs, () => {});
      expect(held()).toBe(before + 1);
      cancel();
      expect(held()).toBe(before);
      cancel();
      expect(held()).toBe(before);
    },
  );

  it('runs one that follows another of the same delay, which was taken back', async () => {
    systemClock.schedule(20, () => expect.unreachable())();
    const start = systemClock.now();
    await new Promise<void>((resolve) => systemClock.schedule(20, resolve));
    expect(systemClock.now() - start).toBeGreaterThan(18);
  });
});

describe('systemClock.schedule', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('has the time of fake timers while there are any', () => {
    const before = systemClock.now();
    vi.advanceTimersByTime(3_600_000);
    expect(systemClock.now() - before).toBe(3_600_000);
    vi.useRealTimers();
    expect(Math.abs(systemClock.now() - performance.now())).toBeLessThan(60_000);
  });

  it('runs once, after the delay and not before', () => {
    const run = vi.fn();
    systemClock.schedule(250, run);

    vi.advanceTimersByTime(249);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(10_000);
    expect(run).toHaveBeenCalledOnce();
  });

  it('does not run what was taken back', () => {
    const run = vi.fn();
    const cancel = systemClock.schedule(250, run);

    cancel();
    cancel();
    vi.advanceTimersByTime(1000);

    expect(run).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([longest + 1, 3 * longest + 5])('keeps a delay of %d ms', (delayMs) => {
    const run = vi.fn();
    systemClock.schedule(delayMs, run);

    vi.advanceTimersByTime(delayMs - 1);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks Node for no delay that it would not keep', () => {
    const asked: number[] = [];
    const set = vi.spyOn(globalThis, 'setTimeout');
    for (const delayMs of [-5, 0, longest, longest + 1, 1e15, Number.POSITIVE_INFINITY]) {
      systemClock.schedule(delayMs, () => {})();
    }
    for (const [, delayMs] of set.mock.calls) asked.push(Number(delayMs));
    set.mockRestore();

    expect(asked).toEqual([0, 0, longest, longest, longest, longest]);
  });

  it('never runs what is due at Infinity', () => {
    const run = vi.fn();
    systemClock.schedule(Number.POSITIVE_INFINITY, run);

    vi.advanceTimersByTime(10 * longest);

    expect(run).not.toHaveBeenCalled();
  });

  it('can be taken back after part of a long delay', () => {
    const run = vi.fn();
    const cancel = systemClock.schedule(longest + 1000, run);

    vi.advanceTimersByTime(longest + 1);
    cancel();
    vi.advanceTimersByTime(longest);

    expect(run).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('runs a delay that is not positive as soon as the current work is done', () => {
    const run = vi.fn();
    systemClock.schedule(-5, run);

    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
  });
});
