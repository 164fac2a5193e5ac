import { describe, expect, test } from 'vitest';
import { loopShare } from './loop-share.ts';

/** A gate whose loop has had this delay for so many steps of 100 ms. */
function after(...phases: readonly (readonly [delayMs: number, steps: number])[]): number {
  const loopDelay = { currentMs: 0 };
  const share = loopShare(loopDelay, 50);
  let now = 0;
  let last = share(now);
  for (const [delayMs, steps] of phases) {
    loopDelay.currentMs = delayMs;
    for (let i = 0; i < steps; i++) {
      now += 100;
      last = share(now);
    }
  }
  return last;
}

describe('the share that comes in', () => {
  test.each([
    ['is all while the loop is on time', [[49, 50]], 1],
    // Twice what is allowed: 1 − 0.2 × 1 for that, and 0.2 × 2 for the change in the first step.
    ['sinks at once', [[100, 1]], 0.4],
    ['sinks on while the loop is late', [[100, 3]], 0.4 * 0.8 ** 2],
    [
      'stays where the loop is as late as it may be',
      [
        [100, 1],
        [50, 1],
        [50, 20],
      ],
      0.4 * 1.2,
    ],
    ['is never nothing', [[5000, 100]], 0.02],
    [
      'is all again within three seconds',
      [
        [5000, 100],
        [0, 30],
      ],
      1,
    ],
  ] as const)('%s', (_, phases, share) => {
    expect(after(...phases)).toBeCloseTo(share, 9);
  });

  test('changes once in a step, and makes up for steps in which nobody came', () => {
    const loopDelay = { currentMs: 0 };
    const share = loopShare(loopDelay, 50);
    share(0);
    loopDelay.currentMs = 5000;
    expect(share(99)).toBe(1);
    expect(share(100)).toBeCloseTo(0.2, 9);
    expect(share(199)).toBeCloseTo(0.2, 9);
    loopDelay.currentMs = 0;
    expect(share(10_000)).toBe(1);
  });
});
