import { background, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { down, fail, hang, refused, succeed } from '../test/calls.ts';
import { type GobreakerSettings, gobreaker } from './gobreaker.ts';

/** A breaker with the settings of a case, at 0 s on a clock of its own. */
function scene(settings: GobreakerSettings = {}) {
  const clock = fakeClock();
  const breaker = gobreaker({ clock, ...settings });
  return { clock, breaker, middleware: breaker.middleware };
}

const zero = {
  requests: 0,
  successes: 0,
  failures: 0,
  exclusions: 0,
  consecutiveSuccesses: 0,
  consecutiveFailures: 0,
};

describe("the state table of gobreaker's defaults", () => {
  it('1: stays closed at five failures, opens at the sixth, and counts anew', async () => {
    const { breaker, middleware } = scene();
    await fail(middleware, 5);
    expect(breaker.state).toEqual({ kind: 'closed' });
    expect(breaker.counts).toEqual({ ...zero, requests: 5, failures: 5, consecutiveFailures: 5 });
    await fail(middleware);
    expect(breaker.state).toEqual({ kind: 'open', until: 60_000, trips: 1 });
    expect(breaker.counts).toEqual(zero);
  });

  it('2: forgets failures in a row at a success, but not all failures', async () => {
    const { breaker, middleware } = scene();
    await fail(middleware, 5);
    await succeed(middleware);
    expect(breaker.counts).toMatchObject({ failures: 5, consecutiveFailures: 0 });
    await fail(middleware, 5);
    expect(breaker.state.kind).toBe('closed');
    expect(breaker.counts).toMatchObject({ requests: 11, failures: 10, consecutiveFailures: 5 });
  });

  it('3: refuses while it is open, and does not count that', async () => {
    const { breaker, middleware } = scene();
    await fail(middleware, 6);
    expect(await refused(middleware)).toMatchObject({
      code: 'unavailable',
      message: 'circuit breaker is open',
    });
    expect(breaker.counts).toEqual(zero);
  });

  it('4: is open at 60.000 s still, and half open at 60.001 s', async () => {
    const { breaker, clock, middleware } = scene();
    await fail(middleware, 6);
    await clock.advance(60_000);
    expect(breaker.state.kind).toBe('open');
    await refused(middleware);
    await clock.advance(1);
    expect(breaker.state.kind).toBe('half_open');
    await succeed(middleware);
    expect(breaker.state.kind).toBe('closed');
    expect(breaker.counts).toEqual(zero);
  });

  it('9: counts a throw as a failure, and hands it on', async () => {
    const { breaker, middleware } = scene();
    const call = middleware(() => {
      throw down;
    });
    await expect(call('hello', background)).rejects.toBe(down);
    expect(breaker.counts).toEqual({ ...zero, requests: 1, failures: 1, consecutiveFailures: 1 });
  });

  it('counts every error, one of the caller too', async () => {
    const { breaker, middleware } = scene();
    for (const code of ['canceled', 'not_found', 'resource_exhausted'] as const) {
      await fail(middleware, 2, new ServiceError(code, 'no'));
    }
    expect(breaker.state.kind).toBe('open');
  });
});

describe('the state table of settings', () => {
  const custom: GobreakerSettings = {
    maxRequests: 3,
    intervalMs: 30_000,
    timeoutMs: 90_000,
    readyToTrip: ({ requests, failures }) => requests >= 3 && failures / requests >= 0.6,
  };

  async function open(settings: GobreakerSettings = custom) {
    const all = scene(settings);
    await succeed(all.middleware);
    await fail(all.middleware, 2);
    expect(all.breaker.state.kind).toBe('open');
    return all;
  }

  it('5: half open it lets as many through as it is set to, and no more', async () => {
    const { breaker, clock, middleware } = await open();
    await clock.advance(90_001);
    const probes = [hang(middleware), hang(middleware), hang(middleware)];
    expect(await refused(middleware)).toMatchObject({
      code: 'unavailable',
      message: 'too many requests',
    });
    for (const probe of probes) await probe.answer();
    expect(breaker.state.kind).toBe('closed');
  });

  it('5: half open any failure opens it, for the whole time again', async () => {
    const { breaker, clock, middleware } = await open();
    await clock.advance(90_001);
    await succeed(middleware, 2);
    expect(breaker.counts).toMatchObject({ requests: 2, consecutiveSuccesses: 2 });
    await fail(middleware);
    expect(breaker.state).toMatchObject({ kind: 'open', until: 180_001 });
  });

  it('6: drops what a call of an earlier state still brings', async () => {
    const { breaker, clock, middleware } = scene(custom);
    const [late, later] = [hang(middleware), hang(middleware)];
    await fail(middleware, 3);
    await late.answer();
    expect(breaker.state.kind).toBe('open');
    await clock.advance(90_001);
    expect(breaker.state.kind).toBe('half_open');
    await later.fail();
    expect(breaker.state.kind).toBe('half_open');
    expect(breaker.counts).toEqual(zero);
  });

  it('6: drops what a call brings that began before its interval', async () => {
    const { breaker, clock, middleware } = scene(custom);
    const late = hang(middleware);
    await clock.advance(30_001);
    await late.fail();
    expect(breaker.counts).toEqual(zero);
  });

  it('7: forgets what it has counted when its interval is over, and not before', async () => {
    const { breaker, clock, middleware } = scene({ ...custom, readyToTrip: () => false });
    for (let second = 0; second < 30; second++) {
      await fail(middleware);
      await clock.advance(1000);
    }
    expect(breaker.counts).toMatchObject({ requests: 30, failures: 30 });
    await clock.advance(1);
    await succeed(middleware);
    expect(breaker.counts).toEqual({ ...zero, requests: 1, successes: 1, consecutiveSuccesses: 1 });
  });

  it('8: counts an excluded error neither way, and gives its place half open back', async () => {
    const excluded = new Error('excluded');
    const { breaker, clock, middleware } = await open({
      ...custom,
      maxRequests: 1,
      isExcluded: (error) => error === excluded,
      isSuccessful: (error) => error === excluded,
    });
    await clock.advance(90_001);
    await fail(middleware, 3, excluded);
    expect(breaker.state.kind).toBe('half_open');
    expect(breaker.counts).toMatchObject({ successes: 0, failures: 0, exclusions: 3 });
    await succeed(middleware);
    expect(breaker.state.kind).toBe('closed');
  });

  it('counts an error that is successful as a success', async () => {
    const { breaker, middleware } = scene({ isSuccessful: (error) => error === down });
    await fail(middleware, 10);
    expect(breaker.counts).toMatchObject({ requests: 10, successes: 10, failures: 0 });
  });

  it('tells its name and the states of each change', async () => {
    const changes: string[] = [];
    const { breaker, clock, middleware } = await open({
      ...custom,
      name: 'add',
      onStateChange: (...change) => changes.push(change.join(' ')),
    });
    await clock.advance(90_001);
    await succeed(middleware, 3);
    expect(breaker.state.kind).toBe('closed');
    expect(changes).toEqual(['add closed open', 'add open half_open', 'add half_open closed']);
  });

  it('takes 0 and less for a default, as Go does', async () => {
    const { breaker, clock, middleware } = scene({ maxRequests: 0, intervalMs: -1, timeoutMs: -1 });
    await fail(middleware, 5);
    await clock.advance(1e9);
    await fail(middleware);
    expect(breaker.state).toMatchObject({ kind: 'open', until: 1e9 + 60_000 });
  });

  it.each([
    [{ maxRequests: -1 }, 'maxRequests must be'],
    [{ maxRequests: 1.5 }, 'maxRequests must be'],
    [{ intervalMs: Number.NaN }, 'intervalMs must be'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs must be'],
  ] satisfies [GobreakerSettings, string][])('refuses %o', (settings, message) => {
    expect(() => gobreaker(settings)).toThrow(message);
  });

  it('counts calls in parallel exactly', async () => {
    const { breaker, middleware } = scene();
    await Promise.all(Array.from({ length: 10 }, () => succeed(middleware, 1000)));
    expect(breaker.counts).toMatchObject({ requests: 10_000, successes: 10_000 });
  });
});
