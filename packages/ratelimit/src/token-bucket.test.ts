import { background } from '@fairlead/endpoint';
import { fakeClock, seededRandom } from '@fairlead/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exceeds, type Passed } from '../test/window.ts';
import type { Allower } from './limiter.ts';
import { type TokenBucketOptions, tokenBucket } from './token-bucket.ts';

/** A bucket whose calls cost what they are: `allow(3)` takes three. */
function scene(options: Pick<TokenBucketOptions, 'perSecond' | 'burst'>) {
  const clock = fakeClock();
  const bucket = tokenBucket<number>({ ...options, cost: (cost) => cost, clock });
  return { clock, decide: (cost = 1) => decide(bucket, cost) };
}

function decide<Req>(limiter: Allower<Req>, request: Req) {
  const decision = limiter.allow(request, background);
  if (decision instanceof Promise) throw new Error('a bucket decides at once');
  return decision;
}

describe('as x/time/rate does', () => {
  it('lets the burst go, then as many as come back', async () => {
    const { clock, decide } = scene({ perSecond: 10, burst: 3 });
    const allowed = () => decide().allowed;
    expect([allowed(), allowed(), allowed(), allowed()]).toEqual([true, true, true, false]);
    await clock.advance(100);
    expect([allowed(), allowed()]).toEqual([true, false]);
  });

  it('never has more than the burst', async () => {
    const { clock, decide } = scene({ perSecond: 10, burst: 3 });
    await clock.advance(3_600_000);
    expect([decide(3).allowed, decide().allowed]).toEqual([true, false]);
  });

  it('never lets a call go that takes more than the burst, and takes nothing for it', () => {
    const { decide } = scene({ perSecond: 10, burst: 3 });
    expect(decide(4)).toMatchObject({ allowed: false, retryAfterMs: Infinity, remaining: 3 });
    expect(decide(3).allowed).toBe(true);
  });

  it('takes nothing where it refuses', async () => {
    const { clock, decide } = scene({ perSecond: 10, burst: 3 });
    expect(decide(2).allowed).toBe(true);
    for (let i = 0; i < 100; i++) expect(decide(2).allowed).toBe(false);
    expect(decide(1).allowed).toBe(true);
    await clock.advance(200);
    expect(decide(2).allowed).toBe(true);
  });

  it('has no limit at an infinite rate, whatever the burst', () => {
    const { decide } = scene({ perSecond: Infinity, burst: 0 });
    for (let i = 0; i < 1000; i++) expect(decide(1e9).allowed).toBe(true);
    expect(decide().policy).toBeUndefined();
  });

  it('lets nothing go after the burst at a rate of 0', async () => {
    const { clock, decide } = scene({ perSecond: 0, burst: 2 });
    expect([decide().allowed, decide().allowed]).toEqual([true, true]);
    await clock.advance(1e12);
    expect(decide()).toMatchObject({ allowed: false, retryAfterMs: Infinity, resetMs: Infinity });
  });
});

describe('a decision', () => {
  it('says to the moment when the call would go', async () => {
    const { clock, decide } = scene({ perSecond: 7, burst: 5 });
    expect(decide(5).allowed).toBe(true);
    const { retryAfterMs } = decide(2);
    expect(retryAfterMs).toBeCloseTo(2000 / 7, 9);
    await clock.advance(retryAfterMs - 0.001);
    expect(decide(2).allowed).toBe(false);
    await clock.advance(0.001);
    expect(decide(2).allowed).toBe(true);
  });

  it('says what is left, and when all of it is back', async () => {
    const { clock, decide } = scene({ perSecond: 10, burst: 5 });
    expect(decide(0)).toMatchObject({ allowed: true, remaining: 5, resetMs: 0 });
    expect(decide(2)).toMatchObject({ allowed: true, remaining: 3, resetMs: 200 });
    await clock.advance(50);
    expect(decide(0)).toMatchObject({ remaining: 3, resetMs: 150 });
    expect(decide(4)).toMatchObject({ allowed: false, remaining: 3, retryAfterMs: 50 });
  });

  it.each([
    [
      { perSecond: 100 / 60, burst: 100 },
      { quota: 100, windowMs: 60_000 },
    ],
    [
      { perSecond: 10, burst: 3 },
      { quota: 10, windowMs: 1000 },
    ],
    [
      { perSecond: 10, burst: 100 },
      { quota: 100, windowMs: 10_000 },
    ],
    [{ perSecond: 0.1 }, { quota: 1, windowMs: 10_000 }],
    [{ perSecond: 20 }, { quota: 20, windowMs: 1000 }],
    [
      { perSecond: 0, burst: 7 },
      { quota: 7, windowMs: Infinity },
    ],
  ])('of %j tells of %j', (options, policy) => {
    expect(scene(options).decide().policy).toEqual(policy);
  });
});

it.each([
  [{ perSecond: -1 }, /^perSecond must be a number of at least 0, but is -1$/],
  [{ perSecond: Number.NaN }, /^perSecond must be/],
  [{ perSecond: 1, burst: -1 }, /^burst must be/],
  [{ perSecond: 1, maxWaitMs: -1 }, /^maxWaitMs must be/],
])('refuses %j', (options, message) => {
  expect(() => tokenBucket(options)).toThrow(message);
});

it('refuses a cost that is none', () => {
  expect(() => scene({ perSecond: 1 }).decide(Number.NaN)).toThrow(/^cost must be/);
});

/** The other way to write a token bucket: one moment, the one until which all is used up in theory. */
function gcra(perSecond: number, burst: number): (now: number) => boolean {
  const interval = 1000 / perSecond;
  let usedUntil = 0;
  return (now) => {
    const next = Math.max(usedUntil, now) + interval;
    if (next - now > burst * interval + 1e-6) return false;
    usedUntil = next;
    return true;
  };
}

describe('whatever calls come', () => {
  it('decides as GCRA does, of 100 000 calls at random', () => {
    const random = seededRandom(1);
    const different: string[] = [];
    for (const [perSecond, burst] of [
      [10, 3],
      [7, 1],
      [1000, 50],
      [0.5, 2],
    ] as const) {
      let now = 0;
      const clock = { now: () => now, schedule: () => () => {} };
      const bucket = tokenBucket({ perSecond, burst, clock });
      const allowed = gcra(perSecond, burst);
      for (let i = 0; i < 25_000; i++) {
        // Mostly near the rate itself, where the two could differ; sometimes a long silence.
        now += (random() * 2000 * (random() < 0.01 ? burst * 2 : 1)) / perSecond;
        if (decide(bucket, undefined).allowed === allowed(now)) continue;
        different.push(`${perSecond}/s, burst ${burst}: call ${i} at ${now}`);
      }
    }
    expect(different).toEqual([]);
  });

  const limits = fc.record({
    perSecond: fc.double({ min: 0.1, max: 10_000, noNaN: true }),
    burst: fc.integer({ min: 1, max: 100 }),
  });
  /** Gaps between calls, as parts of the time that a token takes. */
  const gaps = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 200 });

  it('lets at most burst + rate · T go in any time T', () => {
    fc.assert(
      fc.property(limits, gaps, ({ perSecond, burst }, gaps) => {
        let now = 0;
        const clock = { now: () => now, schedule: () => () => {} };
        const bucket = tokenBucket({ perSecond, burst, clock });
        const passed: Passed[] = [];
        for (const gap of gaps) {
          now += (gap * 1000) / perSecond;
          if (decide(bucket, undefined).allowed) passed.push({ at: now, cost: 1 });
        }
        expect(exceeds(passed, { perSecond, burst })).toBe(false);
      }),
    );
  });

  it('lets no fewer go than rate · T - 1 where enough come', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 300 }), ({ perSecond, burst }, tokens) => {
        let now = 0;
        const clock = { now: () => now, schedule: () => () => {} };
        const bucket = tokenBucket({ perSecond, burst, clock });
        let passed = 0;
        const end = (tokens * 1000) / perSecond;
        for (now = 0; now <= end; now += 250 / perSecond) {
          while (decide(bucket, undefined).allowed) passed++;
        }
        expect(passed).toBeGreaterThanOrEqual(tokens - 1 + burst - 1e-6);
      }),
    );
  });
});
