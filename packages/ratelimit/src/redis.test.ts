import { background, contextKey, createContext, type ServiceError } from '@fairlead/endpoint';
import { hasRedis, type Redis, startRedis } from '@fairlead/peers/redis';
import { fakeClock } from '@fairlead/testing';
import { Redis as Client } from 'ioredis';
import {
  type IRateLimiterRedisOptions,
  RateLimiterMemory,
  RateLimiterRedis,
} from 'rate-limiter-flexible';
import { describe, expect, it } from 'vitest';
import { erroring } from './erroring.ts';
import { type FlexibleLimiter, redisLimiter } from './redis.ts';

const down = new Error('connection refused');

/** A limiter whose answers come when they are told to. */
function scripted(points = 10) {
  const clock = fakeClock();
  const asked: {
    name: string;
    points: number;
    resolve(remaining: number): void;
    reject(cause: unknown): void;
  }[] = [];
  const limiter: FlexibleLimiter = {
    points,
    duration: 60,
    consume: (name, points) =>
      new Promise((resolve, reject) => {
        asked.push({
          name,
          points,
          resolve: (remainingPoints) => resolve({ remainingPoints, msBeforeNext: 30_000 }),
          reject,
        });
      }),
  };
  return { clock, limiter, asked };
}

describe('redisLimiter', () => {
  it('decides as the answer says', async () => {
    const { limiter, asked, clock } = scripted();
    const { allow } = redisLimiter(limiter, { whenDown: 'closed', clock });
    const decisions = [1, 2].map(() => allow(undefined, background));
    asked[0]?.resolve(4);
    asked[1]?.reject({ remainingPoints: 0, msBeforeNext: 1234 });
    const policy = { quota: 10, windowMs: 60_000 };
    expect(await Promise.all(decisions)).toEqual([
      { allowed: true, retryAfterMs: 0, remaining: 4, resetMs: 30_000, policy },
      { allowed: false, retryAfterMs: 1234, remaining: 0, resetMs: 1234, policy },
    ]);
    expect(clock.pending()).toBe(0);
  });

  it('asks for a key and a cost, and never for ever', async () => {
    const { limiter, asked } = scripted();
    const user = contextKey<string>('user');
    const allower = redisLimiter<number>(limiter, {
      whenDown: 'open',
      key: (_, ctx) => ctx.get(user),
      cost: (request) => request,
    });
    const ada = allower.allow(3, background.with(user, 'ada'));
    const bob = allower.allow(11, background.with(user, 'b'.repeat(500)));
    const nobody = allower.allow(1, background);
    expect(asked.map(({ name, points }) => [name.length, points])).toEqual([
      [3, 3],
      [43, 11],
      [0, 1],
    ]);
    asked[1]?.reject({ remainingPoints: 0, msBeforeNext: 1234 });
    expect(await bob).toMatchObject({ allowed: false, retryAfterMs: Infinity });
    for (const { resolve } of asked) resolve(1);
    await Promise.all([ada, nobody]);
    expect(() => allower.allow(0.5, background)).toThrow(/^cost must be a whole number/);
  });

  it.each([
    ['open', 'ok'],
    ['closed', 'unavailable: the rate limiter is down'],
  ] as const)(
    'is %s where Redis fails, is late, or owes too many answers',
    async (whenDown, outcome) => {
      const { limiter, asked, clock } = scripted();
      const causes: string[] = [];
      const call = erroring(
        redisLimiter(limiter, {
          whenDown,
          clock,
          timeoutMs: 100,
          maxPending: 2,
          onDown(cause) {
            causes.push(String(cause));
            throw new Error('whoever watches');
          },
        }),
      )(async () => 'ok');
      const tried = () =>
        call(undefined, background).catch((error) => `${error.code}: ${error.message}`);
      const first = tried();
      asked[0]?.reject(down);
      expect(await first).toBe(outcome);
      const late = [tried(), tried()];
      expect(await tried()).toBe(outcome);
      await clock.advance(100);
      expect(await Promise.all(late)).toEqual([outcome, outcome]);
      // What comes after that is dropped, and then there is room again.
      asked[1]?.reject(down);
      asked[2]?.resolve(1);
      await clock.advance(0);
      const last = tried();
      asked[3]?.resolve(1);
      expect(await last).toBe('ok');
      expect(causes).toEqual([
        'Error: connection refused',
        'Error: 2 answers are awaited',
        'Error: no answer within 100 ms',
        'Error: no answer within 100 ms',
      ]);
      expect(clock.pending()).toBe(0);
    },
  );

  it('waits no longer than the call may take', async () => {
    const { limiter, asked, clock } = scripted();
    const { allow } = redisLimiter(limiter, { whenDown: 'open', clock });
    const ctx = createContext({ timeoutMs: 50, clock });
    const decision = Promise.resolve(allow(undefined, ctx)).catch(({ code }) => code);
    await clock.advance(50);
    expect(await decision).toBe('deadline_exceeded');
    await expect(allow(undefined, ctx)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect([asked.length, clock.pending()]).toEqual([1, 0]);
    asked[0]?.reject(down);
  });

  it.each([
    [{ whenDown: 'ajar' }, /^whenDown must be 'open' or 'closed', but is ajar$/],
    [{ whenDown: 'open', timeoutMs: -1 }, /^timeoutMs must be/],
    [{ whenDown: 'open', maxPending: 0 }, /^maxPending must be/],
  ])('refuses %j', (options, message) => {
    // Sound: wrong on purpose.
    expect(() => redisLimiter(scripted().limiter, options as { whenDown: 'open' })).toThrow(
      message,
    );
  });

  it('takes any other limiter of the package', async () => {
    const memory = new RateLimiterMemory({ points: 1, duration: 0 });
    const { allow } = redisLimiter(memory, { whenDown: 'closed' });
    expect(await allow(undefined, background)).toMatchObject({ allowed: true, resetMs: Infinity });
    expect(await allow(undefined, background)).toMatchObject({
      allowed: false,
      retryAfterMs: Infinity,
      policy: { quota: 1, windowMs: Infinity },
    });
  });
});

/** One process that shares a limit, with a connection of its own. */
function member(
  { host, port }: Redis,
  whenDown: 'open' | 'closed',
  options: Partial<IRateLimiterRedisOptions> = {},
) {
  const client = new Client({ host, port, retryStrategy: () => 20 });
  client.on('error', () => {});
  const limiter = new RateLimiterRedis({
    storeClient: client,
    points: 5,
    duration: 60,
    ...options,
  });
  const call = erroring(redisLimiter(limiter, { whenDown, timeoutMs: 2000 }))(async () => 'ok');
  return {
    client,
    tried: () =>
      call(undefined, background).catch((error: ServiceError) => `${error.code}: ${error.message}`),
    call: () => call(undefined, background),
    [Symbol.dispose]: () => client.disconnect(),
  };
}

describe.skipIf(!hasRedis())('over Redis', () => {
  it('lets no more go than the limit, whichever process is called', async () => {
    await using redis = await startRedis();
    using one = member(redis, 'closed');
    using two = member(redis, 'closed');
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : two).tried()),
    );
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(5);
    expect(new Set(outcomes)).toEqual(new Set(['ok', 'resource_exhausted: rate limit exceeded']));
    const error = await one.call().catch((thrown) => thrown);
    expect(error.retryAfterMs).toBeGreaterThan(50_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('lets calls go again in the next window, which an error names to the moment', async () => {
    await using redis = await startRedis();
    using one = member(redis, 'closed', { points: 1, duration: 1 });
    expect(await one.tried()).toBe('ok');
    const error = await one.call().catch((thrown) => thrown);
    const refusedAt = performance.now();
    await expect.poll(one.tried).toBe('ok');
    expect(performance.now() - refusedAt).toBeGreaterThanOrEqual(error.retryAfterMs - 50);
  });

  it.each([
    ['open', 'ok'],
    ['closed', 'unavailable: the rate limiter is down'],
  ] as const)('is %s while Redis is dead or hangs, and comes back', async (whenDown, outcome) => {
    await using redis = await startRedis();
    using one = member(redis, whenDown, { points: 1000 });
    expect(await one.tried()).toBe('ok');
    await redis.kill();
    const from = performance.now();
    expect(await one.tried()).toBe(outcome);
    expect(performance.now() - from).toBeLessThan(4000);
    await redis.restart();
    await expect.poll(one.tried).toBe('ok');
    await redis.pause();
    expect(await one.tried()).toBe(outcome);
    redis.resume();
    await expect.poll(one.tried).toBe('ok');
  });

  it('fails at once where the connection is told to', async () => {
    await using redis = await startRedis();
    using one = member(redis, 'closed', { rejectIfRedisNotReady: true });
    await expect.poll(one.tried).toBe('ok');
    await redis.kill();
    await expect.poll(() => one.client.status).not.toBe('ready');
    const from = performance.now();
    expect(await one.tried()).toBe('unavailable: the rate limiter is down');
    expect(performance.now() - from).toBeLessThan(1000);
  });
});
