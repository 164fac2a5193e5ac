import { describe, expect, test } from 'vitest';
import { codel } from './codel.ts';

/** Asks about one that has waited so long, every so many milliseconds; returns how many were turned away. */
function ask(
  rule: ReturnType<typeof codel>,
  waits: (now: number) => number,
  from: number,
  to: number,
) {
  let turned = 0;
  for (let now = from; now < to; now += 10) if (rule.turnsAway(waits(now), now)) turned++;
  return turned;
}

describe('controlled delay', () => {
  test('turns nobody away in the first interval, however long the wait', () => {
    expect(ask(codel(5, 100), () => 500, 0, 100)).toBe(0);
  });

  test('turns away who has waited more than twice the target, once nobody waited less than it', () => {
    const rule = codel(5, 100);
    ask(rule, () => 50, 0, 100);
    // One of each interval is let through, whose wait tells about it.
    expect(ask(rule, () => 50, 100, 200)).toBe(9);
    expect(rule.turnsAway(10, 195)).toBe(false);
    expect(rule.turnsAway(10.1, 195)).toBe(true);
  });

  test('takes a burst for what it is: one short wait in the interval', () => {
    const rule = codel(5, 100);
    ask(rule, (now) => (now === 50 ? 4 : 300), 0, 100);
    expect(ask(rule, () => 300, 100, 200)).toBe(0);
    expect(ask(rule, () => 300, 200, 300)).toBe(9);
  });

  test('forgets the load after an interval in which nobody came', () => {
    const rule = codel(5, 100);
    ask(rule, () => 50, 0, 200);
    expect(ask(rule, () => 50, 400, 500)).toBe(0);
  });
});
