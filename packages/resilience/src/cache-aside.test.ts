import { background, contextKey, createContext, failure, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { heldEndpoint, promisesSettled } from '../test/calls.ts';
import { type CacheAsideOptions, cacheAside } from './cache-aside.ts';
import type { Cached, CacheStore } from './cache-store.ts';
import { memoryStore } from './memory-store.ts';

const key = (id: string): string => id;

/** A cache around an endpoint that the test answers, on a clock that it moves. */
function scene(options: Partial<CacheAsideOptions<string, string>> = {}) {
  const clock = fakeClock();
  const ctx = createContext({ clock });
  const outcomes: string[] = [];
  const errors: unknown[] = [];
  const held = heldEndpoint<string, string>();
  const store = memoryStore<string>({ clock });
  const get = cacheAside({
    key,
    store,
    ttlMs: 100,
    onLookup: (outcome) => outcomes.push(outcome),
    onError: (error) => errors.push(error),
    ...options,
  })(held.endpoint);
  return { ...held, clock, ctx, outcomes, errors, store, get };
}

/** A store whose methods the test brings. */
function storeOf(methods: Partial<CacheStore<string>>): CacheStore<string> {
  return { get: () => undefined, set: () => {}, ...methods };
}

const down = new Error('the store is down');

describe('cacheAside', () => {
  it('calls once and answers from the store until the time is over', async () => {
    const { get, ctx, call, calls, clock, outcomes } = scene();
    const first = get('a', ctx);
    call(0).answer('one');
    expect(await first).toBe('one');
    await clock.advance(99);
    expect(await get('a', ctx)).toBe('one');
    await clock.advance(1);
    const second = get('a', ctx);
    call(1).answer('two');

    expect(await second).toBe('two');
    expect(calls).toHaveLength(2);
    expect(outcomes).toEqual(['miss', 'hit', 'miss']);
  });

  it('makes one call for a herd, each caller with its own end', async () => {
    const { get, ctx, call, calls } = scene();
    using leaving = ctx.withCancel();
    const left = get('a', leaving);
    const herd = Array.from({ length: 1000 }, () => get('a', ctx));
    leaving.cancel();
    await expect(left).rejects.toMatchObject({ code: 'canceled' });
    call(0).answer('one');

    expect(new Set(await Promise.all(herd))).toEqual(new Set(['one']));
    expect(calls).toHaveLength(1);
  });

  it('keeps no errors', async () => {
    const { get, ctx, call } = scene();
    const failed = get('a', ctx);
    call(0).fail(new ServiceError('unavailable', 'down'));
    await expect(failed).rejects.toMatchObject({ code: 'unavailable' });
    const again = get('a', ctx);
    call(1).answer('up');

    expect(await again).toBe('up');
  });

  it('keeps no business error, nor what the caller says', async () => {
    const failed = { [failure]: new ServiceError('not_found', 'nobody') };
    const store = memoryStore<object>();
    await cacheAside({ key, store, ttlMs: 100 })(async () => failed)('a', background);
    expect(store.size).toBe(0);
    const never = { key, store, ttlMs: 100, cacheable: () => false };
    await cacheAside(never)(async () => ({}))('a', background);
    expect(store.size).toBe(0);
  });

  it('passes through what has no key, and fails with what the key throws', async () => {
    const { get, ctx, calls, store } = scene({
      key(id) {
        if (id === '') throw new ServiceError('invalid_argument', 'no id');
        return undefined;
      },
    });
    void get('a', ctx);
    void get('a', ctx);
    expect(calls.map((held) => held.ctx)).toEqual([ctx, ctx]);
    await expect(get('', ctx)).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(store.size).toBe(0);
  });

  it('asks nobody for a call that is over', async () => {
    const { get, ctx, calls, store } = scene();
    store.set('a', 'one', 100);
    ctx.cancel();

    await expect(get('a', ctx)).rejects.toMatchObject({ code: 'canceled' });
    expect(calls).toEqual([]);
  });
});

describe('cacheAside with what is stale', () => {
  it('answers with it at once and refreshes it once in the background', async () => {
    const user = contextKey<string>('user');
    const { get, ctx, call, calls, clock, store, outcomes } = scene({ staleMs: 1000 });
    store.set('a', 'old', 1100);
    await clock.advance(100);
    using leaving = ctx.with(user, 'ada').withCancel();

    expect(await get('a', leaving)).toBe('old');
    leaving.cancel();
    expect(await get('a', ctx)).toBe('old');
    expect(calls).toHaveLength(1);
    // Neither the end of the call that began it nor its deadline is the refresh's.
    expect(call(0).ctx.error).toBeUndefined();
    expect(call(0).ctx.get(user)).toBe('ada');
    call(0).answer('new');
    await promisesSettled();

    expect(await get('a', ctx)).toBe('new');
    expect(outcomes).toEqual(['stale', 'stale', 'hit']);
    expect(clock.pending()).toBe(0);
  });

  it('hides an outage that is no longer than that, and no longer', async () => {
    const { get, ctx, call, clock, store, errors } = scene({ staleMs: 1000 });
    store.set('a', 'old', 1100);
    await clock.advance(1099);
    expect(await get('a', ctx)).toBe('old');
    const outage = new ServiceError('unavailable', 'down');
    call(0).fail(outage);
    await promisesSettled();
    expect(errors).toEqual([outage]);
    await clock.advance(1);
    const late = get('a', ctx);
    call(1).fail(outage);

    await expect(late).rejects.toBe(outage);
  });

  it('gives a refresh up that takes too long, so that there is another', async () => {
    const { get, ctx, call, calls, clock, store, errors } = scene({
      staleMs: 10_000,
      refreshTimeoutMs: 500,
    });
    store.set('a', 'old', 10_100);
    await clock.advance(100);
    await get('a', ctx);
    await clock.advance(499);
    await get('a', ctx);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(call(0).ctx.error).toMatchObject({ code: 'deadline_exceeded' });
    expect(errors).toHaveLength(1);
    await get('a', ctx);

    expect(calls).toHaveLength(2);
  });
});

describe('cacheAside with a store that is elsewhere', () => {
  it('answers what the store answers later', async () => {
    const entry: Cached<string> = { value: 'kept', ageMs: 10 };
    const { get, ctx, calls } = scene({ store: storeOf({ get: async () => entry }) });

    expect(await get('a', ctx)).toBe('kept');
    expect(calls).toEqual([]);
  });

  it('does not believe in what is older than it was to be kept', async () => {
    const entry: Cached<string> = { value: 'ancient', ageMs: 100 };
    const { get, ctx, call } = scene({ store: storeOf({ get: () => entry }) });
    const answer = get('a', ctx);
    call(0).answer('new');

    expect(await answer).toBe('new');
  });

  it.each<[string, Partial<CacheStore<string>>]>([
    ['throws', { get: () => raise(), set: () => raise() }],
    ['rejects', { get: () => Promise.reject(down), set: () => Promise.reject(down) }],
  ])('calls where the store %s, and tells of it', async (_, methods) => {
    const { get, ctx, call, errors } = scene({ store: storeOf(methods) });
    const answer = get('a', ctx);
    await promisesSettled();
    call(0).answer('called');

    expect(await answer).toBe('called');
    await promisesSettled();
    expect(errors).toEqual([down, down]);
  });

  it('waits for a slow one no longer than it may, to read or to write', async () => {
    const never = new Promise<never>(() => {});
    const { get, ctx, call, calls, clock, errors } = scene({
      store: storeOf({ get: () => never, set: () => never }),
      storeTimeoutMs: 50,
    });
    const answer = get('a', ctx);
    await clock.advance(49);
    expect(calls).toEqual([]);
    await clock.advance(1);
    call(0).answer('called');

    expect(await answer).toBe('called');
    expect(errors).toMatchObject([{ code: 'deadline_exceeded' }]);
    expect(clock.pending()).toBe(0);
  });

  it('ends with the call that waits for it', async () => {
    const { get, ctx, calls, clock, errors } = scene({
      store: storeOf({ get: () => new Promise(() => {}) }),
    });
    const answer = get('a', ctx);
    ctx.cancel();

    await expect(answer).rejects.toMatchObject({ code: 'canceled' });
    await promisesSettled();
    expect(calls).toEqual([]);
    expect(errors).toEqual([]);
    expect(clock.pending()).toBe(0);
  });
});

describe('cacheAside and its options', () => {
  it.each(['ttlMs', 'staleMs', 'refreshTimeoutMs', 'storeTimeoutMs'])('checks %s', (name) => {
    const options = { key, store: memoryStore<string>(), ttlMs: 1, [name]: -1 };
    expect(() => cacheAside(options)).toThrow(new RegExp(`${name} must be`));
  });

  it('passes a request that streams through, and refuses to keep a stream', async () => {
    async function* numbers() {
      yield 1;
    }
    const store = memoryStore<string>();
    const sized = cacheAside({ key: () => 'same', store, ttlMs: 100 });
    expect(await sized(async () => 'received')(numbers(), background)).toBe('received');
    expect(store.size).toBe(0);

    const streams = memoryStore<AsyncIterable<number>>();
    const download = cacheAside({ key: () => 'same', store: streams, ttlMs: 100 });
    await expect(download(async () => numbers())('a', background)).rejects.toMatchObject({
      code: 'internal',
    });
    expect(streams.size).toBe(0);
  });
});

function raise(): never {
  throw down;
}
