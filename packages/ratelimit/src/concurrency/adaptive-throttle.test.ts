import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { fakeClock, seededRandom } from '@fairlead/testing';
import { describe, expect, test, vi } from 'vitest';
import { type AdaptiveThrottleOptions, adaptiveThrottle } from './adaptive-throttle.ts';

// Thousands of calls, on a machine with other work.
vi.setConfig({ testTimeout: 30_000 });

const refusal = new ServiceError('resource_exhausted', 'no');

/** Calls so many times a second, for so long, what takes so many each second; returns those sent in the last minute, each second. */
async function sendsOf(
  perSecond: number,
  capacity: number,
  seconds: number,
  options: AdaptiveThrottleOptions = {},
): Promise<number> {
  let now = 0;
  const clock = { now: () => now, schedule: () => () => {} };
  const throttle = adaptiveThrottle({ clock, random: seededRandom(1), ...options });
  let sent = 0;
  let taken = 0;
  const call = throttle(((_, __) => {
    sent++;
    return ++taken <= capacity ? Promise.resolve() : Promise.reject(refusal);
  }) as Endpoint<undefined, void>);
  for (let second = 0; second < seconds; second++) {
    taken = 0;
    if (second === seconds - 60) sent = 0;
    for (let i = 0; i < perSecond; i++) {
      now += 1000 / perSecond;
      await call(undefined, background).catch(() => {});
    }
  }
  return sent / 60;
}

describe('what is sent in the long run: as much as comes, or k times what is taken', () => {
  test.each([
    [50, 2, 100],
    [25, 2, 50.9],
    [25, 1.1, 26.1],
    [10, 2, 20.5],
    [10, 1.1, 9.4],
  ])('of 100 each second %i are taken, k = %f: about %i', async (capacity, k, expected) => {
    const sends = await sendsOf(100, capacity, 200, { k });
    expect(sends).toBeGreaterThan(expected * 0.92);
    expect(sends).toBeLessThan(expected * 1.08);
  });

  test('none is taken: one each second remains', async () => {
    const sends = await sendsOf(50, 0, 200);
    expect(sends).toBeGreaterThanOrEqual(0.95);
    expect(sends).toBeLessThan(2);
  });
});

describe('a call', () => {
  function scene(options: AdaptiveThrottleOptions = {}) {
    const clock = fakeClock();
    const draws: number[] = [];
    const throttle = adaptiveThrottle({ clock, random: () => draws.shift() ?? 0, ...options });
    let answer: () => Promise<string> = () => Promise.resolve('well');
    const call = throttle((_request: number) => answer());
    return {
      clock,
      draws,
      throttle,
      call: () => call(1, background),
      answers(next: () => Promise<string>) {
        answer = next;
      },
    };
  }

  test('counts before it is made: a burst does not pass before the first refusal is back', async () => {
    const { call, answers, throttle } = scene();
    let sent = 0;
    answers(() => {
      sent++;
      return Promise.reject(refusal);
    });
    const calls = Array.from({ length: 10 }, call);
    // The first two: nothing is counted, then 1 ÷ 2 of a chance, which the draw of 0 is below.
    expect(sent).toBe(1);
    expect(throttle.share).toBeCloseTo(10 / 11, 9);
    await Promise.allSettled(calls);
  });

  test('that is held back was not sent, and is not to be tried again at once', async () => {
    const { call, answers } = scene();
    answers(() => Promise.reject(refusal));
    await expect(call()).rejects.toBe(refusal);
    await expect(call()).rejects.toMatchObject({
      code: 'unavailable',
      unsent: true,
      retryable: false,
    });
  });

  test('that fails by its own fault was taken', async () => {
    const { call, answers, throttle } = scene();
    answers(() => Promise.reject(new ServiceError('invalid_argument', 'no')));
    for (let i = 0; i < 5; i++) await call().catch(() => {});
    expect(throttle.share).toBe(0);
  });

  test('is forgotten after the window', async () => {
    const { call, answers, throttle, clock } = scene({ windowMs: 12_000 });
    answers(() => Promise.reject(refusal));
    for (let i = 0; i < 5; i++) await call().catch(() => {});
    expect(throttle.share).toBeCloseTo(5 / 6, 9);
    await clock.advance(11_000);
    expect(throttle.share).toBeCloseTo(5 / 6, 9);
    await clock.advance(1000);
    expect(throttle.share).toBe(0);
    await clock.advance(1_000_000);
    expect(throttle.share).toBe(0);
  });
});
