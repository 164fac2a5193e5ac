import { background, type Endpoint, isServiceError } from '@fairlead/endpoint';
import { hasRedis, type Redis, startRedis } from '@fairlead/peers/redis';
import Bottleneck from 'bottleneck';
import { Redis as Client } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { bottleneck } from './bottleneck.ts';
import { delaying } from './delaying.ts';

/** An endpoint whose calls end when they are told to. */
function held() {
  const started: string[] = [];
  const ends = new Map<string, (outcome?: Error) => void>();
  const endpoint: Endpoint<string, string> = (name) =>
    new Promise((resolve, reject) => {
      started.push(name);
      ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error)));
    });
  return { endpoint, started, end: (name: string, error?: Error) => ends.get(name)?.(error) };
}

describe('a limiter of bottleneck', () => {
  it('counts a call until it is over, in the order in which they came', async () => {
    const { endpoint, started, end } = held();
    const call = delaying(bottleneck(new Bottleneck({ maxConcurrent: 2 })))(endpoint);
    const calls = ['a', 'b', 'c', 'd'].map((name) => call(name, background));
    await vi.waitUntil(() => started.length === 2);
    end('a');
    expect(await calls[0]).toBe('a');
    await vi.waitUntil(() => started.length === 3);
    end('b', new Error('broken'));
    await expect(calls[1]).rejects.toThrow('broken');
    await vi.waitUntil(() => started.length === 4);
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    end('c');
    end('d');
    expect(await Promise.all(calls.slice(2))).toEqual(['c', 'd']);
  });

  it('counts a stream until its end', async () => {
    const limiter = new Bottleneck({ maxConcurrent: 1 });
    const numbers: Endpoint<void, AsyncIterable<number>> = async () =>
      (async function* () {
        yield 1;
        yield 2;
      })();
    const call = delaying(bottleneck(limiter))(numbers);
    const stream = await call(undefined, background);
    expect(limiter.counts().EXECUTING).toBe(1);
    const read: number[] = [];
    for await (const number of stream) read.push(number);
    expect(read).toEqual([1, 2]);
    await vi.waitUntil(() => limiter.counts().EXECUTING === 0);
  });

  it('refuses what it drops', async () => {
    const { endpoint, started, end } = held();
    const limiter = new Bottleneck({
      maxConcurrent: 1,
      highWater: 0,
      strategy: Bottleneck.strategy.OVERFLOW,
    });
    const call = delaying(bottleneck(limiter))(endpoint);
    const first = call('a', background);
    await vi.waitUntil(() => started.length === 1);
    await expect(call('b', background)).rejects.toMatchObject({
      code: 'resource_exhausted',
      message: 'rate limit exceeded',
      retryAfterMs: undefined,
      unsent: true,
    });
    end('a');
    await first;
  });

  it('ends a call that waits when its context ends, and does nothing when its turn comes', async () => {
    const { endpoint, started, end } = held();
    const limiter = new Bottleneck({ maxConcurrent: 1 });
    const call = delaying(bottleneck(limiter))(endpoint);
    const first = call('a', background);
    await vi.waitUntil(() => started.length === 1);
    using ctx = background.withCancel();
    const second = call('b', ctx);
    const third = call('c', background);
    ctx.cancel();
    await expect(second).rejects.toMatchObject({ code: 'canceled' });
    expect(limiter.counts()).toMatchObject({ EXECUTING: 1 });
    end('a');
    await first;
    await vi.waitUntil(() => started.length === 2);
    expect(started).toEqual(['a', 'c']);
    end('c');
    await third;
    await expect(call('d', ctx)).rejects.toMatchObject({ code: 'canceled' });
  });

  it('is down when it has been stopped', async () => {
    const limiter = new Bottleneck();
    await limiter.stop();
    const call = delaying(bottleneck(limiter))(async () => 'ok');
    const error = await call(undefined, background).catch((thrown) => thrown);
    expect(isServiceError(error, 'unavailable') && error.unsent).toBe(true);
    expect(error).toMatchObject({ message: 'the rate limiter is down' });
    expect(String(error.cause)).toContain('stopped');
  });
});

/** One process of a cluster, with a connection of its own. */
function member({ host, port }: Redis, id: string, settings: Bottleneck.ConstructorOptions) {
  const client = new Client({ host, port, lazyConnect: false });
  client.on('error', () => {});
  const connection = new Bottleneck.IORedisConnection({ client });
  const limiter = new Bottleneck({ id, connection, ...settings });
  // Its connections report a server that has gone; what is tested is what the calls get.
  limiter.on('error', () => {});
  return {
    limiter,
    call: delaying(bottleneck(limiter)),
    async [Symbol.asyncDispose]() {
      await limiter.disconnect(false);
      client.disconnect();
    },
  };
}

describe.skipIf(!hasRedis())('a cluster of bottleneck over Redis', () => {
  it('shares one limit among its members', async () => {
    await using redis = await startRedis();
    const settings = { maxConcurrent: 1 };
    await using one = member(redis, 'shared', settings);
    await using two = member(redis, 'shared', settings);
    await Promise.all([one.limiter.ready(), two.limiter.ready()]);
    let running = 0;
    let most = 0;
    const work: Endpoint<void, void> = async () => {
      most = Math.max(most, ++running);
      await two.limiter.running();
      running--;
    };
    const calls = Array.from({ length: 20 }, (_, i) =>
      (i % 2 === 0 ? one : two).call(work)(undefined, background),
    );
    await Promise.all(calls);
    expect(most).toBe(1);
  });

  it('fails every call once Redis has lost its settings', async () => {
    await using redis = await startRedis();
    await using one = member(redis, 'flushed', { maxConcurrent: 5 });
    const call = one.call(async () => 'ok');
    expect(await call(undefined, background)).toBe('ok');
    await redis.command('FLUSHALL');
    const error = await call(undefined, background).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable', message: 'the rate limiter is down' });
    expect(String(error.cause)).toContain('SETTINGS_KEY_NOT_FOUND');
    await using anew = member(redis, 'flushed', { maxConcurrent: 5 });
    expect(await anew.call(async () => 'ok')(undefined, background)).toBe('ok');
    // Not for the one that was there before, though.
    const again = await call(undefined, background).catch((thrown) => thrown);
    expect(String(again.cause)).toContain('UNKNOWN_CLIENT');
  });

  it('makes calls wait for no longer than they may while Redis is away', async () => {
    await using redis = await startRedis();
    await using one = member(redis, 'away', { maxConcurrent: 5 });
    const call = one.call(async () => 'ok');
    expect(await call(undefined, background)).toBe('ok');
    await redis.kill();
    using ctx = background.withTimeout(200);
    await expect(call(undefined, ctx)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await redis.restart();
    expect(await call(undefined, background)).toBe('ok');
  });
});
