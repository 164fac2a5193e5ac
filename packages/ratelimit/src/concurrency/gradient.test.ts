import { describe, expect, test } from 'vitest';
import { nextLimit } from './gradient.ts';

const rules = { min: 20, max: 200, tolerance: 1.5, smoothing: 0.2, headroom: 4 };
/** A window in which latency is so many times the usual, and the limit was used up. */
const step = (limit: number, times = 1, inFlight = limit): number =>
  nextLimit(limit, { longMs: 10, shortMs: 10 * times, inFlight }, rules);

describe('the limit after a window, as Gradient2 has it', () => {
  test.each([
    ['latency is as ever', 20, 1, 20.8],
    ['latency is as ever, further up', 100, 1, 100.8],
    ['latency has doubled', 100, 2, 95.8],
    ['latency is four times what it was: no more than half', 100, 4, 90.8],
    ['latency is ten times what it was: no more than half', 100, 10, 90.8],
    ['latency has grown within the tolerance', 100, 1.5, 100.8],
    ['latency has sunk', 100, 0.1, 100.8],
  ])('%s', (_, limit, times, next) => {
    expect(step(limit, times)).toBeCloseTo(next, 9);
  });

  test('less than half used: nothing was learned', () => {
    expect(step(100, 1, 49)).toBe(100);
    expect(step(100, 1, 50)).toBeCloseTo(100.8, 9);
  });

  test('225 windows from 20 to 200, and no further', () => {
    let limit = 20;
    let windows = 0;
    while (limit < 200 - 1e-9) {
      limit = step(limit);
      windows++;
    }
    expect(windows).toBe(225);
    expect(step(limit)).toBe(200);
  });

  test('never below the least', () => {
    let limit = 200;
    for (let i = 0; i < 1000; i++) limit = step(limit, 10);
    expect(limit).toBe(20);
  });
});
