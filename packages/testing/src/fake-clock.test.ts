import { describe, expect, it, vi } from 'vitest';
import { fakeClock } from './fake-clock.ts';

describe('fakeClock', () => {
  it('stands still until it is moved', async () => {
    const clock = fakeClock();
    const run = vi.fn();
    clock.schedule(0, run);
    await Promise.resolve();

    expect(clock.now()).toBe(0);
    expect(run).not.toHaveBeenCalled();
  });

  it('starts where it is told, and moves by what it is told', async () => {
    const clock = fakeClock(1_000_000);
    await clock.advance(250);
    await clock.advance(0.5);

    expect(clock.now()).toBe(1_000_250.5);
  });

  it('runs what falls due, at its time, in order of time and then of scheduling', async () => {
    const clock = fakeClock();
    const ran: string[] = [];
    const at = (delayMs: number, name: string) =>
      clock.schedule(delayMs, () => ran.push(`${name} at ${clock.now()}`));
    at(20, 'third');
    at(10, 'first');
    at(10, 'second');
    at(21, 'never');
    await clock.advance(20);

    expect(ran).toEqual(['first at 10', 'second at 10', 'third at 20']);
    expect(clock.pending()).toBe(1);
  });

  it('runs what a run schedules, where that falls due too', async () => {
    const clock = fakeClock();
    const ticks: number[] = [];
    const tick = () => {
      ticks.push(clock.now());
      clock.schedule(10, tick);
    };
    clock.schedule(10, tick);
    await clock.advance(35);

    expect(ticks).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
    expect(clock.pending()).toBe(1);
  });

  it('runs what a promise schedules on the way', async () => {
    const clock = fakeClock();
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.schedule(ms, resolve));
    const woken: number[] = [];
    const sleeper = async () => {
      await sleep(10);
      woken.push(clock.now());
      await Promise.resolve();
      await sleep(10);
      woken.push(clock.now());
    };
    void sleeper();
    await clock.advance(20);

    expect(woken).toEqual([10, 20]);
  });

  it('lets promises settle before the first run and after the last', async () => {
    const clock = fakeClock();
    const order: string[] = [];
    const settle = async (name: string) => {
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      order.push(name);
    };
    void settle('before');
    clock.schedule(5, () => {
      order.push('run');
      void settle('after');
    });
    await clock.advance(5);

    expect(order).toEqual(['before', 'run', 'after']);
  });

  it('does not run what was taken back, even by a run at the same time', async () => {
    const clock = fakeClock();
    const run = vi.fn();
    clock.schedule(5, () => cancel());
    const cancel = clock.schedule(5, run);
    await clock.advance(10);
    cancel();

    expect(run).not.toHaveBeenCalled();
    expect(clock.pending()).toBe(0);
  });

  it('counts what is still to come', async () => {
    const clock = fakeClock();
    const cancel = clock.schedule(5, () => {});
    clock.schedule(10, () => {});

    expect(clock.pending()).toBe(2);
    cancel();
    expect(clock.pending()).toBe(1);
    await clock.advance(10);
    expect(clock.pending()).toBe(0);
  });

  it.each([0, -5])('runs a delay of %d when it is next moved, by nothing too', async (delayMs) => {
    const clock = fakeClock(100);
    const run = vi.fn(() => clock.now());
    clock.schedule(delayMs, run);
    await clock.advance(0);

    expect(run).toHaveReturnedWith(100);
  });

  it('never runs what is due at Infinity', async () => {
    const clock = fakeClock();
    const run = vi.fn();
    clock.schedule(Number.POSITIVE_INFINITY, run);
    await clock.advance(1e12);

    expect(run).not.toHaveBeenCalled();
  });

  it('rejects with what a run throws, and leaves the later ones for the next time', async () => {
    const clock = fakeClock();
    const later = vi.fn();
    clock.schedule(5, () => {
      throw new Error('broken');
    });
    clock.schedule(6, later);

    await expect(clock.advance(10)).rejects.toThrow('broken');
    expect(clock.now()).toBe(5);
    await clock.advance(1);
    expect(later).toHaveBeenCalledOnce();
  });

  it('never goes back, not even when it is moved twice at once', async () => {
    const clock = fakeClock();
    await Promise.all([clock.advance(10), clock.advance(4)]);

    expect(clock.now()).toBe(10);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to move by %d', async (ms) => {
    const clock = fakeClock(7);

    await expect(clock.advance(ms)).rejects.toThrow(/^ms must be/);
    expect(clock.now()).toBe(7);
  });
});
