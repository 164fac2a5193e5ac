import { background, contextKey, operation } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { delaying } from './delaying.ts';
import { erroring } from './erroring.ts';
import { keyed } from './keyed.ts';
import { peerAddress } from './peer-address.ts';
import { tokenBucket } from './token-bucket.ts';

const user = contextKey<string>('user');

function scene(max?: number) {
  const clock = fakeClock();
  const made: string[] = [];
  const limiter = keyed<string | undefined>({
    key: (name) => name,
    make(key) {
      made.push(key);
      return tokenBucket({ perSecond: 1, burst: 2, clock });
    },
    max,
  });
  const call = erroring(limiter)(async (name: string | undefined) => name);
  const outcome = (name?: string): Promise<string | undefined> =>
    call(name, background).catch(({ message }) => message);
  return { clock, made, limiter, outcome };
}

describe('keyed', () => {
  it('limits each key by itself', async () => {
    const { outcome, made } = scene();
    const over = 'rate limit exceeded';
    expect([await outcome('a'), await outcome('a'), await outcome('a')]).toEqual(['a', 'a', over]);
    expect([await outcome('b'), await outcome('a')]).toEqual(['b', over]);
    expect(made).toEqual(['a', 'b']);
  });

  it('gives those without a key one limit together', async () => {
    const { outcome, made } = scene();
    await outcome();
    await outcome('');
    expect(await outcome()).toBe('rate limit exceeded');
    expect(made).toEqual(['']);
  });

  it('makes calls of one key wait for each other alone', async () => {
    const { clock, limiter } = scene();
    const call = delaying(limiter)(async (name: string | undefined) => `${name}@${clock.now()}`);
    const calls = ['a', 'a', 'a', 'b'].map((name) => call(name, background));
    await clock.advance(1000);
    expect(await Promise.all(calls)).toEqual(['a@0', 'a@0', 'a@1000', 'b@0']);
  });

  it('forgets those that were not used for longest, and keeps no more than max', async () => {
    const { outcome, made } = scene(4);
    for (const name of ['a', 'b', 'c', 'a', 'd', 'a', 'e', 'a']) await outcome(name);
    expect(made).toEqual(['a', 'b', 'c', 'd', 'e']);
    await outcome('b');
    expect(made).toEqual(['a', 'b', 'c', 'd', 'e', 'b']);
  });

  it('keeps the last half of max whatever comes', async () => {
    const { outcome, made } = scene(100);
    for (let i = 0; i < 10_000; i++) {
      await outcome(`${i}`);
      if (i >= 20) await outcome(`${i - 20}`);
    }
    expect(made).toHaveLength(10_000);
  });

  it('keeps a digest of a long key', async () => {
    const { outcome, made } = scene();
    const long = 'x'.repeat(16_000);
    await outcome(`${long}1`);
    await outcome(`${long}1`);
    await outcome(`${long}2`);
    expect(made.map(({ length }) => length)).toEqual([43, 43]);
  });

  it('takes a key from the context', async () => {
    const limiter = keyed({
      key: (_, ctx) => ctx.get(user),
      make: () => tokenBucket({ perSecond: 1, burst: 1 }),
    });
    const call = erroring(limiter)(async () => 'ok');
    expect(await call(undefined, background.with(user, 'ada'))).toBe('ok');
    expect(await call(undefined, background.with(user, 'bob'))).toBe('ok');
    await expect(call(undefined, background.with(user, 'ada'))).rejects.toThrow('rate limit');
  });

  it('refuses a max that is none', () => {
    const options = { key: () => 'a', make: () => tokenBucket({ perSecond: 1 }) };
    expect(() => keyed({ ...options, max: 1 })).toThrow(
      /^max must be a whole number of at least 2/,
    );
  });
});

describe('peerAddress', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:5000', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:80', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['[2001:DB8:0001:2:ffff::1]:443', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
    ['example.org:80', 'example.org'],
  ])('of %s is %s', (peer, address) => {
    const called = { side: 'server', transport: 'http', service: '', method: 'm' } as const;
    const ctx = background.with(operation, { ...called, kind: 'unary', idempotent: true, peer });
    expect(peerAddress(undefined, ctx)).toBe(address);
  });

  it('is undefined where there is none', () => {
    expect(peerAddress(undefined, background)).toBeUndefined();
  });
});
