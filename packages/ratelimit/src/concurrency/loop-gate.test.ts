import { describe, expect, test } from 'vitest';
import { loopGate } from './loop-gate.ts';

/** A gate whose loop has had this delay for so many steps of 100 ms. */
function after(...phases: readonly (readonly [delayMs: number, steps: number])[]): number {
  const loopDelay = { currentMs: 0 };
  const gate = loopGate(loopDelay, 50);
  let now = 0;
  let share = gate.share(now);
  for (const [delayMs, steps] of phases) {
    loopDelay.currentMs = delayMs;
    for (let i = 0; i < steps; i++) {
      now += 100;
      share = gate.share(now);
    }
  }
  return share;
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
    const gate = loopGate(loopDelay, 50);
    gate.share(0);
    loopDelay.currentMs = 5000;
    expect(gate.share(99)).toBe(1);
    expect(gate.share(100)).toBeCloseTo(0.2, 9);
    expect(gate.share(199)).toBeCloseTo(0.2, 9);
    loopDelay.currentMs = 0;
    expect(gate.share(10_000)).toBe(1);
  });

  test('holds a loop that gets five times what it can compute at what it can', () => {
    const { servedPerSecond, longestMs } = simulateLoop(15);
    // Of each second 80 ms are spent on refusals.
    expect(servedPerSecond).toBeGreaterThan(0.9 * (920 / 5));
    expect(longestMs).toBeLessThan(150);
  });
});

/** Each turn serves what came during the last one, 1 a ms: 5 ms for a call, 0.1 for one that is refused. */
function simulateLoop(seconds: number) {
  const loopDelay = { currentMs: 0 };
  const gate = loopGate(loopDelay, 50);
  let [now, arrived, served, longestMs, draw] = [0, 0, 0, 0, 0];
  const settled = 5000;

  function isIn(): boolean {
    // As even as can be: a share of 0.2 takes every fifth.
    draw += gate.share(now);
    if (draw < 1) return false;
    draw--;
    return true;
  }

  function turn(): void {
    const start = now;
    for (; arrived < start; arrived++) {
      const isServed = isIn();
      now += isServed ? 5 : 0.1;
      if (isServed && now > settled) served++;
    }
    loopDelay.currentMs = now - start;
    if (now > settled) longestMs = Math.max(longestMs, now - start);
    if (now === start) now++;
  }

  while (now < settled + seconds * 1000) turn();
  return { servedPerSecond: served / seconds, longestMs };
}
