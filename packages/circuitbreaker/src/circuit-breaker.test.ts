import { background, type Code, codes, createContext, ServiceError } from '@fairlead/endpoint';
import { fakeClock, seededRandom } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { down, fail, hang, refused, succeed } from '../test/calls.ts';
import { type CircuitBreakerOptions, circuitBreaker } from './circuit-breaker.ts';
import { equalJitter } from './open-time.ts';
import { consecutiveFailures } from './rules/ready-to-trip.ts';
import { slowCallRate } from './rules/slow-call-rate.ts';

function scene(options: CircuitBreakerOptions = {}) {
  const clock = fakeClock();
  const breaker = circuitBreaker({ clock, random: seededRandom(1), ...options });
  return { clock, breaker, middleware: breaker.middleware };
}

async function opened(options: CircuitBreakerOptions = {}) {
  const all = scene({ openMs: 1000, ...options });
  await fail(all.middleware, 5);
  expect(all.breaker.state.kind).toBe('open');
  return all;
}

async function halfOpened(options: CircuitBreakerOptions = {}) {
  const all = await opened(options);
  await all.clock.advance(1001);
  expect(all.breaker.state.kind).toBe('half_open');
  return all;
}

describe('by default', () => {
  it('opens at five failures in a row', async () => {
    const { breaker, middleware } = scene();
    await fail(middleware, 4);
    await succeed(middleware);
    await fail(middleware, 4);
    expect(breaker.state.kind).toBe('closed');
    await fail(middleware);
    expect(breaker.state.kind).toBe('open');
  });

  it('opens where half of ten calls fail, and none five times in a row', async () => {
    const { breaker, middleware } = scene();
    for (let i = 0; i < 4; i++) {
      await succeed(middleware);
      await fail(middleware);
    }
    await succeed(middleware);
    expect(breaker.state.kind).toBe('closed');
    await fail(middleware);
    expect(breaker.state.kind).toBe('open');
  });

  it('is open for 2.5 to 5 s, and from the second time in a row for 5 to 10 s', async () => {
    const draws = [0, 0.999, 0];
    const { breaker, clock, middleware } = scene({ random: () => draws.shift() ?? 0 });
    await fail(middleware, 5);
    expect(breaker.state).toEqual({ kind: 'open', until: 2500, trips: 1 });
    await clock.advance(2501);
    await fail(middleware);
    expect(breaker.state).toMatchObject({ kind: 'open', until: 2501 + 9995, trips: 2 });
    await clock.advance(9996);
    await succeed(middleware);
    await fail(middleware, 5);
    expect(breaker.state).toMatchObject({ kind: 'open', trips: 1 });
  });

  const failing: readonly Code[] = [
    'unavailable',
    'internal',
    'unknown',
    'data_loss',
    'deadline_exceeded',
    'resource_exhausted',
  ];
  it.each(codes.map((code) => [code]))('judges %s', async (code) => {
    const { breaker, middleware } = scene();
    await fail(middleware, 1, new ServiceError(code, 'no'));
    const isFailure = failing.includes(code);
    expect(breaker.counts).toEqual({
      requests: 1,
      successes: 0,
      failures: isFailure ? 1 : 0,
      exclusions: isFailure ? 0 : 1,
      consecutiveSuccesses: 0,
      consecutiveFailures: isFailure && code !== 'resource_exhausted' ? 1 : 0,
    });
  });

  it('takes an error that is no ServiceError for a failure, and an AbortError for none', async () => {
    const { breaker, middleware } = scene();
    await fail(middleware, 1, new TypeError('x is not a function'));
    await fail(middleware, 1, new DOMException('gone', 'AbortError'));
    expect(breaker.counts).toMatchObject({ failures: 1, exclusions: 1 });
  });

  it('counts too much to do for the rate, not for the row', async () => {
    const { breaker, middleware } = scene();
    const busy = new ServiceError('resource_exhausted', 'busy');
    await fail(middleware, 9, busy);
    expect(breaker.state.kind).toBe('closed');
    await fail(middleware, 1, busy);
    expect(breaker.state.kind).toBe('open');
  });
});

describe('open', () => {
  it('refuses without a call, and says for how long and that nothing was sent', async () => {
    const { clock, middleware } = await opened();
    await clock.advance(400.5);
    expect(await refused(middleware)).toMatchObject({
      code: 'unavailable',
      message: 'circuit breaker is open',
      retryAfterMs: 600,
      retryable: true,
      unsent: true,
    });
  });

  it('says the time that is left, at most a twentieth of a second too long', async () => {
    const { clock, middleware } = await opened();
    const first = await refused(middleware);
    await clock.advance(50);
    expect(await refused(middleware)).toBe(first);
    await clock.advance(1);
    expect(await refused(middleware)).toMatchObject({ retryAfterMs: 949 });
  });

  it('refuses each caller with a promise of its own, of which none need be heard of twice', async () => {
    const { middleware } = await opened();
    const call = middleware(async () => 'well');
    const [one, two] = [call('hello', background), call('hello', background)];
    expect(one).not.toBe(two);
    await expect(one).rejects.toThrow('circuit breaker is open');
    await expect(two).rejects.toThrow('circuit breaker is open');
  });

  it('leaves no timer', async () => {
    const { clock, middleware } = await opened();
    expect(clock.pending()).toBe(0);
    await clock.advance(1001);
    hang(middleware);
    expect(clock.pending()).toBe(0);
  });
});

describe('half open', () => {
  it('lets exactly its probes through, however many come at once', async () => {
    const { middleware } = await halfOpened({ probes: 3 });
    let reached = 0;
    const call = middleware(() => {
      reached++;
      return new Promise<void>(() => {});
    });
    const messages: string[] = [];
    for (let i = 0; i < 100; i++) {
      call('hello', background).catch(({ message }: Error) => messages.push(message));
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(reached).toBe(3);
    expect(messages).toEqual(Array.from({ length: 97 }, () => 'too many requests'));
  });

  it('refuses beyond its probes with what a retry elsewhere may take', async () => {
    const { middleware } = await halfOpened();
    hang(middleware);
    expect(await refused(middleware)).toMatchObject({ code: 'unavailable', unsent: true });
  });

  it('is not kept so by a probe that hangs', async () => {
    const { breaker, clock, middleware } = await halfOpened({ probeTimeoutMs: 300 });
    const hung = hang(middleware);
    await clock.advance(299);
    await refused(middleware);
    await clock.advance(1);
    const second = hang(middleware);
    await refused(middleware);
    await hung.fail();
    expect(breaker.state.kind).toBe('half_open');
    await second.answer();
    expect(breaker.state.kind).toBe('closed');
  });

  it('is kept so by a probe that hangs where no time is set', async () => {
    const { clock, middleware } = await halfOpened({ probeTimeoutMs: Infinity });
    hang(middleware);
    await clock.advance(1e9);
    await refused(middleware);
  });

  it('gives the place of a caller who left to the next', async () => {
    const { breaker, middleware } = await halfOpened();
    await fail(middleware, 1, new ServiceError('canceled', 'gone'));
    expect(breaker.state.kind).toBe('half_open');
    await succeed(middleware);
    expect(breaker.state.kind).toBe('closed');
  });

  it('opens again where there is too much to do', async () => {
    const { breaker, middleware } = await halfOpened();
    await fail(middleware, 1, new ServiceError('resource_exhausted', 'busy'));
    expect(breaker.state).toMatchObject({ kind: 'open', trips: 2 });
  });

  it('does not count what began before', async () => {
    const { breaker, clock, middleware } = scene({ openMs: 1000 });
    const [good, bad] = [hang(middleware), hang(middleware)];
    await fail(middleware, 5);
    await clock.advance(1001);
    const probe = hang(middleware);
    await good.answer();
    await bad.fail();
    expect(breaker.state.kind).toBe('half_open');
    await probe.answer();
    expect(breaker.state.kind).toBe('closed');
  });
});

describe('by hand', () => {
  it('stays open until it is reset', async () => {
    const { breaker, clock, middleware } = scene();
    breaker.force('open');
    await clock.advance(1e9);
    expect(breaker.state).toEqual({ kind: 'forced', as: 'open' });
    expect(await refused(middleware)).toMatchObject({
      message: 'circuit breaker is open',
      retryAfterMs: undefined,
      unsent: true,
    });
    breaker.reset();
    await succeed(middleware);
    expect(breaker.state.kind).toBe('closed');
  });

  it('stays closed until it is reset, and counts', async () => {
    const { breaker, middleware } = await opened();
    breaker.force('closed');
    await fail(middleware, 20);
    expect(breaker.state).toEqual({ kind: 'forced', as: 'closed' });
    expect(breaker.counts).toMatchObject({ requests: 20, failures: 20 });
    breaker.reset();
    expect(breaker.counts.failures).toBe(0);
    await fail(middleware, 4);
    expect(breaker.state.kind).toBe('closed');
    await fail(middleware);
    expect(breaker.state.kind).toBe('open');
  });

  it('forgets the row when it is reset', async () => {
    const { breaker, middleware } = scene();
    await fail(middleware, 4);
    breaker.reset();
    await fail(middleware, 4);
    expect(breaker.state.kind).toBe('closed');
  });
});

describe('subscribers', () => {
  it('are told of each change, with what was counted', async () => {
    const { breaker, clock, middleware } = scene({ openMs: 1000 });
    const told: unknown[] = [];
    const unsubscribe = breaker.subscribe(({ from, to, counts, at }) =>
      told.push([from.kind, to.kind, counts.requests, at]),
    );
    await fail(middleware, 5);
    await clock.advance(1001);
    await succeed(middleware);
    breaker.reset();
    breaker.force('open');
    breaker.force('open');
    unsubscribe();
    breaker.reset();
    expect(told).toEqual([
      ['closed', 'open', 5, 0],
      ['open', 'half_open', 0, 1001],
      ['half_open', 'closed', 1, 1001],
      ['closed', 'forced', 0, 1001],
    ]);
  });

  it('see the new state, and may change it', async () => {
    const { breaker, middleware } = scene();
    const seen: string[] = [];
    breaker.subscribe(({ to }) => {
      seen.push(`${to.kind} ${breaker.state.kind}`);
      if (to.kind === 'open') breaker.force('closed');
    });
    await fail(middleware, 5);
    expect(seen).toEqual(['open open', 'forced forced']);
    await succeed(middleware);
  });
});

describe('a stream', () => {
  async function* numbers(error?: unknown) {
    yield 1;
    if (error !== undefined) throw error;
    yield 2;
  }

  it('counts at its end', async () => {
    const { breaker, middleware } = scene();
    const call = middleware(async (_: void) => numbers());
    const stream = await call(undefined, background);
    expect(breaker.counts).toMatchObject({ requests: 1, successes: 0 });
    const read: number[] = [];
    for await (const n of stream) read.push(n);
    expect(read).toEqual([1, 2]);
    expect(breaker.counts).toMatchObject({ successes: 1, failures: 0 });
  });

  it('counts with what it fails with, if it does', async () => {
    const { breaker, middleware } = scene();
    const call = middleware(async (_: void) => numbers(down));
    for (let i = 0; i < 5; i++) {
      const reading = (async () => {
        for await (const _ of await call(undefined, background));
      })();
      await expect(reading).rejects.toBe(down);
    }
    expect(breaker.state.kind).toBe('open');
  });

  it('counts as a success where its reader has read enough', async () => {
    const { breaker, middleware } = scene();
    const call = middleware(async (_: void) => numbers());
    for await (const _ of await call(undefined, background)) break;
    expect(breaker.counts).toMatchObject({ requests: 1, successes: 1 });
  });
});

it('does not change what a call answers, or fails with', async () => {
  const { middleware } = scene();
  const answer = { v: 1 };
  expect(await middleware(async () => answer)(undefined, background)).toBe(answer);
  await fail(middleware, 1, down);
});

it('hands the request and the context on', async () => {
  const { middleware } = scene();
  using ctx = createContext();
  const seen = await middleware(async (request: string, own) => [request, own])('hello', ctx);
  expect(seen).toEqual(['hello', ctx]);
});

it('opens by time alone where it is told to', async () => {
  const { breaker, clock, middleware } = scene({ trip: slowCallRate({ slowMs: 100, minimum: 4 }) });
  const slow = async () => {
    const call = hang(middleware);
    await clock.advance(100);
    await call.answer();
  };
  await succeed(middleware, 2);
  await slow();
  expect(breaker.state.kind).toBe('closed');
  await slow();
  expect(breaker.state.kind).toBe('open');
});

it('tells every rule of every call', async () => {
  const { breaker, middleware } = scene({ trip: [consecutiveFailures(2), consecutiveFailures(9)] });
  await fail(middleware, 2);
  expect(breaker.state.kind).toBe('open');
});

it.each([
  [{ probes: 0 }, 'probes must be a whole number from 1'],
  [{ probeTimeoutMs: -1 }, 'probeTimeoutMs must be a number of at least 1'],
  [{ openMs: -1 }, 'openMs must be'],
  [{ intervalMs: 0 }, 'intervalMs must be'],
] satisfies [CircuitBreakerOptions, string][])('refuses %o', (options, message) => {
  expect(() => circuitBreaker(options)).toThrow(message);
});

it('refuses jitter without bounds that fit', () => {
  expect(() => equalJitter({ baseMs: 100, maxMs: 50 })).toThrow('maxMs must be');
});
