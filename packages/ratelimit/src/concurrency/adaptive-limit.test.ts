import { seededRandom } from '@fairlead/testing';
import { describe, expect, test } from 'vitest';
import { simulatedTime, simulateServer } from '../../test/simulated-server.ts';
import { type AdaptiveLimitOptions, adaptiveLimit } from './adaptive-limit.ts';
import { shed } from './shed.ts';

describe('a server of 16 workers that take 10 ms', () => {
  test('under three times its load serves what it can, and in time', () => {
    const time = simulatedTime();
    const shedder = shed({ limit: adaptiveLimit(), clock: time.clock });
    const plan = { workers: 16, serviceMs: 10, random: seededRandom(1) };
    const run = simulateServer(plan, shedder, time);
    const unloaded = run(800, 15);
    expect(unloaded).toMatchObject({ shed: 0 });

    run(4800, 20);
    const overloaded = run(4800, 8);
    expect(overloaded.limit).toBeGreaterThanOrEqual(14);
    expect(overloaded.limit).toBeLessThanOrEqual(40);
    expect(overloaded.goodput).toBeGreaterThan(1600 * 0.9);
    expect(overloaded.p99).toBeLessThan(3 * unloaded.p99);

    run(800, 1);
    expect(run(800, 5)).toMatchObject({ shed: 0 });
  }, 30_000);
});

describe('a limit', () => {
  /** Tells a limit of a second's calls, which took so long. */
  function told(options: AdaptiveLimitOptions) {
    const limit = adaptiveLimit(options);
    let now = 0;
    // With this the first window begins, so that each ends with the last call of a second.
    limit.ended({ latencyMs: 10, inFlight: 1, now, isCutOff: false });
    return {
      limit,
      second(latencyMs: number, { inFlight = limit.current, calls = 20, isCutOff = false } = {}) {
        for (let i = 1; i <= calls; i++) {
          limit.ended({ latencyMs, inFlight, now: now + (i * 1000) / calls, isCutOff });
        }
        now += 1000;
      },
    };
  }

  test('grows while calls take as long as ever and need it', () => {
    const { limit, second } = told({});
    expect(limit.current).toBe(20);
    for (let i = 0; i < 11; i++) second(10);
    expect(limit.current).toBe(28);
    for (let i = 0; i < 10; i++) second(10, { inFlight: 3 });
    expect(limit.current).toBe(28);
  });

  test('sinks when they take longer, and not below its least', () => {
    const { limit, second } = told({ headroom: 0 });
    for (let i = 0; i < 11; i++) second(10);
    second(100);
    expect(limit.current).toBe(18);
    for (let i = 0; i < 25; i++) second(1000);
    expect(limit.current).toBe(4);
  });

  test('waits for enough calls, however long that takes', () => {
    const { limit, second } = told({ initial: 20 });
    for (let i = 0; i < 4; i++) second(10, { calls: 2 });
    expect(limit.current).toBe(20);
    for (let i = 0; i < 10; i++) second(10, { calls: 2 });
    expect(limit.current).toBe(21);
  });

  test('learns from calls that were given up where they were slow by then', () => {
    const { limit, second } = told({ headroom: 0 });
    for (let i = 0; i < 11; i++) second(10);
    second(1, { isCutOff: true });
    expect(limit.current).toBe(20);
    second(1000, { isCutOff: true });
    expect(limit.current).toBe(18);
  });

  test('sinks while the event loop is late: to nine tenths of what was used, by half at most', () => {
    const loopDelay = { currentMs: 0 };
    const { limit, second } = told({ initial: 100, loopDelay, maxLoopDelayMs: 50 });
    second(10);
    loopDelay.currentMs = 51;
    second(10, { inFlight: 80 });
    expect(limit.current).toBe(72);
    second(10, { inFlight: 10 });
    expect(limit.current).toBe(36);
    for (let i = 0; i < 10; i++) second(10, { inFlight: 1, calls: 1 });
    expect(limit.current).toBe(4);
    loopDelay.currentMs = 50;
    for (let i = 0; i < 10; i++) second(10);
    expect(limit.current).toBeGreaterThan(8);
  });

  test('lets half in after thirty windows in which it was used up, for one window', () => {
    const { limit, second } = told({ max: 20, initial: 20 });
    const seen = Array.from({ length: 10 + 30 + 20 }, () => {
      second(10);
      return limit.current;
    });
    expect(seen.filter((current) => current === 10)).toHaveLength(1);
    expect(seen.indexOf(10)).toBe(39);
  });

  test.each([
    [{ min: 0 }, 'min'],
    [{ min: 10, max: 5 }, 'max'],
    [{ initial: 300 }, 'initial'],
    [{ smoothing: 0 }, 'smoothing'],
    [{ tolerance: 0.5 }, 'tolerance'],
  ])('fails where %j is written', (options, name) => {
    expect(() => adaptiveLimit(options)).toThrow(name);
  });

  test('begins within its range', () => {
    expect(adaptiveLimit({ max: 8 }).current).toBe(8);
    expect(adaptiveLimit({ min: 30 }).current).toBe(30);
  });
});
