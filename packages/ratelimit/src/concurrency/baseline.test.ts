import { describe, expect, test } from 'vitest';
import { latencyBaseline } from './baseline.ts';

describe('the latency of a service that is not overloaded', () => {
  test('counts the first ten windows alike, and each later one a little', () => {
    const baseline = latencyBaseline(600);
    for (let i = 1; i <= 10; i++) baseline.seen(i, false);
    expect(baseline.ms).toBeCloseTo(5.5, 9);
    baseline.seen(5.5 + 601, false);
    expect(baseline.ms).toBeCloseTo(5.5 + 2, 9);
  });

  test('is drawn down where latency is less than half of it', () => {
    const baseline = latencyBaseline(600);
    for (let i = 0; i < 10; i++) baseline.seen(100, false);
    baseline.seen(10, true);
    expect(baseline.ms).toBeCloseTo((100 - (90 * 2) / 601) * 0.95, 9);
    for (let i = 0; i < 100; i++) baseline.seen(10, true);
    expect(baseline.ms).toBeLessThan(21);
  });

  test('does not rise with windows that were full, but with what a probe shows', () => {
    const baseline = latencyBaseline(600);
    for (let i = 0; i < 10; i++) baseline.seen(10, false);
    for (let i = 0; i < 29; i++) baseline.seen(20, true);
    expect(baseline).toMatchObject({ ms: 10, isProbing: false });
    baseline.seen(20, true);
    expect(baseline.isProbing).toBe(true);
    baseline.seen(10, true);
    expect(baseline).toMatchObject({ ms: 10, isProbing: false });

    // The service itself has become slower: as if all thirty had counted.
    for (let i = 0; i < 30; i++) baseline.seen(20, true);
    baseline.seen(20, true);
    expect(baseline.ms).toBeCloseTo(20 - 10 * (1 - 2 / 601) ** 30, 9);
  });
});
