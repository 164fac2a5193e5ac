import { describe, expect, test } from 'vitest';
import { candidates } from './candidates.ts';
import { type Ejection, ejection } from './ejection.ts';
import { type EjectionOptions, ejectionRules } from './ejection-rules.ts';
import { Health } from './health.ts';
import type { Outcome } from './outcome.ts';
import { outliers } from './outliers.ts';

interface Ward {
  readonly healths: readonly Health[];
  readonly rules: Ejection;
  /** Ends so many calls to an instance. */
  calls(index: number, outcome: Outcome, count: number, now: number): void;
  ejected(): number[];
}

function ward(count: number, options: EjectionOptions = {}): Ward {
  const healths = Array.from({ length: count }, () => new Health());
  const rules = ejection(() => healths, ejectionRules(options));
  return {
    healths,
    rules,
    calls(index, outcome, times, now) {
      const health = healths[index];
      for (let i = 0; i < times && health !== undefined; i++) rules.ended(health, outcome, now);
    },
    ejected: () => [...healths.keys()].filter((i) => healths[i]?.isEjected),
  };
}

describe('consecutive failures', () => {
  test('the fifth in a row puts an instance out', () => {
    const { calls, ejected } = ward(3);
    calls(0, 'failure', 4, 0);
    expect(ejected()).toEqual([]);
    calls(0, 'failure', 1, 0);
    expect(ejected()).toEqual([0]);
  });

  test('a success in between starts the count anew; what says nothing does not', () => {
    const { calls, ejected } = ward(3);
    calls(0, 'failure', 4, 0);
    calls(0, 'success', 1, 0);
    calls(0, 'failure', 4, 0);
    calls(0, 'canceled', 10, 0);
    calls(0, 'overload', 10, 0);
    expect(ejected()).toEqual([]);
    calls(0, 'failure', 1, 0);
    expect(ejected()).toEqual([0]);
  });
});

test('each time in a row lasts longer, up to the limit', () => {
  const { calls, rules, healths } = ward(3, { consecutiveFailures: 1 });
  let now = 0;
  const lasted: number[] = [];
  for (let i = 0; i < 12; i++) {
    calls(0, 'failure', 1, now);
    const until = healths[0]?.ejectedUntil ?? 0;
    lasted.push((until - now) / 1000);
    expect(rules.refresh(until - 1)).toBe(false);
    now = until;
    expect(rules.refresh(now)).toBe(true);
  }
  expect(lasted).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]);
});

test('who has come back is put out again by one failure, or forgiven by a success', () => {
  const { calls, rules, ejected } = ward(3);
  calls(0, 'failure', 5, 0);
  rules.refresh(30_000);
  calls(0, 'failure', 1, 30_000);
  expect(ejected()).toEqual([0]);
  rules.refresh(90_000);
  calls(0, 'success', 1, 90_000);
  calls(0, 'failure', 4, 90_000);
  expect(ejected()).toEqual([]);
});

test('an interval that goes well forgives one time', () => {
  const { calls, rules, healths } = ward(3);
  calls(0, 'failure', 5, 0);
  rules.refresh(30_000);
  calls(0, 'success', 1, 30_000);
  calls(0, 'success', 1, 40_001);
  calls(0, 'failure', 5, 40_002);
  expect((healths[0]?.ejectedUntil ?? 0) - 40_002).toBe(30_000);
});

test('no more than a third is out at once, but one always may be', () => {
  const many = ward(10);
  for (let i = 0; i < 10; i++) many.calls(i, 'failure', 5, 0);
  expect(many.ejected()).toEqual([0, 1, 2]);
  const few = ward(2);
  for (let i = 0; i < 2; i++) few.calls(i, 'failure', 5, 0);
  expect(few.ejected()).toEqual([0]);
});

describe('an instance that cannot be reached', () => {
  test('is out at the first call, for a second, and twice as long each time up to 32 s', () => {
    const { calls, rules, healths } = ward(3);
    let now = 0;
    const lasted: number[] = [];
    for (let i = 0; i < 8; i++) {
      calls(0, 'unreachable', 1, now);
      const until = healths[0]?.ejectedUntil ?? 0;
      lasted.push((until - now) / 1000);
      now = until;
      rules.refresh(now);
    }
    expect(lasted).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
  });

  test('does not use up the share of those that fail', () => {
    const { calls, ejected } = ward(5);
    for (const i of [0, 1, 2]) calls(i, 'unreachable', 1, 0);
    calls(3, 'failure', 5, 0);
    expect(ejected()).toEqual([0, 1, 2, 3]);
  });

  test('starts anew once it has answered', () => {
    const { calls, rules, healths } = ward(3);
    calls(0, 'unreachable', 1, 0);
    rules.refresh(1000);
    calls(0, 'success', 1, 1000);
    calls(0, 'unreachable', 1, 2000);
    expect(healths[0]?.ejectedUntil).toBe(3000);
  });
});

describe('rates', () => {
  test('half of the calls failing puts out, at the end of the interval', () => {
    const { calls, ejected } = ward(3);
    for (let i = 0; i < 10; i++) {
      calls(0, 'success', 1, i);
      calls(0, 'failure', 1, i);
      calls(1, 'success', 1, i);
    }
    expect(ejected()).toEqual([]);
    calls(1, 'success', 1, 10_000);
    expect(ejected()).toEqual([0]);
  });

  test('so few calls that they say nothing do not', () => {
    const { calls, ejected } = ward(3);
    calls(0, 'failure', 4, 0);
    calls(0, 'success', 1, 0);
    calls(0, 'failure', 4, 0);
    calls(1, 'success', 1, 10_000);
    expect(ejected()).toEqual([]);
  });

  test('overload counts', () => {
    const { calls, ejected } = ward(3);
    calls(0, 'overload', 20, 0);
    calls(1, 'success', 1, 10_000);
    expect(ejected()).toEqual([0]);
  });

  /** The vectors of the success-rate rule: so many instances, with a rate for the bad ones. */
  test.each([
    { all: 10, bad: 1, rate: 0.6, out: 1 },
    { all: 10, bad: 2, rate: 0.6, out: 2 },
    { all: 10, bad: 3, rate: 0.6, out: 0 },
    { all: 5, bad: 1, rate: 0.6, out: 1 },
    { all: 5, bad: 2, rate: 0.6, out: 0 },
    { all: 4, bad: 1, rate: 0.6, out: 0 },
    { all: 100, bad: 21, rate: 0.6, out: 21 },
    { all: 100, bad: 22, rate: 0.6, out: 0 },
    // Envoy's rule alone would put out an instance that does well.
    { all: 10, bad: 1, rate: 0.99, out: 0 },
  ])('$bad of $all with a rate of $rate: $out stand out', ({ all, bad, rate, out }) => {
    const healths = Array.from({ length: all }, (_, i) => {
      const health = new Health();
      health.successes = i < bad ? 100 * rate : 100;
      health.failures = 100 - health.successes;
      return health;
    });
    expect(outliers(healths, ejectionRules({})).size).toBe(out);
  });

  test('a ratio exactly at the limit is too bad', () => {
    const health = new Health();
    health.successes = health.failures = 50;
    expect(outliers([health], ejectionRules({})).size).toBe(1);
  });
});

describe('candidates', () => {
  const standing = ({ ejected = false, doubtful = false, unreachable = false } = {}) => {
    const health = new Health();
    if (ejected || unreachable) health.ejectedUntil = 1;
    health.isUnreachable = unreachable;
    return { entry: { doubtful }, health };
  };
  const well = standing();
  const ejected = standing({ ejected: true });
  const doubtful = standing({ doubtful: true });
  const gone = standing({ doubtful: true, ejected: true });
  const unreachable = standing({ unreachable: true });

  test('are those in good health', () => {
    expect(candidates([well, well, ejected, doubtful], 0.5)).toEqual([well, well]);
  });

  test('are all, where fewer than half are in good health', () => {
    expect(candidates([well, ejected, doubtful], 0.5)).toEqual([well, ejected, doubtful]);
  });

  test('are never those that the registry has dropped and that fail', () => {
    expect(candidates([well, gone, gone, gone], 0.5)).toEqual([well]);
  });

  test('are not those that cannot be reached, however few the others are', () => {
    expect(candidates([well, unreachable, unreachable], 0.5)).toEqual([well]);
    expect(candidates([unreachable, unreachable], 0.5)).toHaveLength(2);
  });

  test('do not panic where that is switched off', () => {
    expect(candidates([well, ejected, ejected], 0)).toEqual([well]);
    expect(candidates([ejected, ejected], 0)).toHaveLength(2);
  });
});

test('wrong options are refused by name', () => {
  expect(() => ejectionRules({ maxShare: 2 })).toThrow('maxShare must be a number from 0 to 1');
});
