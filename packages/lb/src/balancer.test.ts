import { background, ServiceError } from '@fairlead/endpoint';
import { fakeClock, seededRandom } from '@fairlead/testing';
import { expect, test } from 'vitest';
import { endpointer, entry } from '../test/endpoints.ts';
import { createBalancer } from './balancer.ts';
import { ringHash } from './policies/ring-hash.ts';
import { roundRobin } from './policies/round-robin.ts';

const setup = { random: seededRandom(1) };

test('a lease counts from the pick to its end, and ends once', () => {
  const source = endpointer(entry('a', 'a'));
  const balancer = createBalancer(source, setup);
  const lease = balancer.pick();
  expect(lease.value).toBe('a');
  expect(lease.instance.id).toBe('a');
  expect(balancer.status()).toMatchObject([{ pending: 1 }]);
  expect(source.current.entries[0]?.inFlight).toBe(1);
  lease.end();
  lease.end();
  expect(balancer.status()).toMatchObject([{ pending: 0 }]);
  expect(source.current.entries[0]?.inFlight).toBe(0);
});

test('without an instance a pick fails at once, and says that nothing was sent', () => {
  const balancer = createBalancer(endpointer<string>(), setup);
  expect(() => balancer.pick()).toThrow(
    expect.objectContaining({ code: 'unavailable', unsent: true }),
  );
});

test('follows the endpointer, and keeps what it knows of those that stay', () => {
  const [a, b] = [entry('a', 'a'), entry('b', 'b')];
  const source = endpointer(a);
  const balancer = createBalancer(source, { ...setup, policy: roundRobin() });
  const lease = balancer.pick();
  source.list([a, b]);
  expect(balancer.status().map(({ pending }) => pending)).toEqual([1, 0]);
  source.list([b]);
  for (let i = 0; i < 5; i++) expect(balancer.pick().value).toBe('b');
  // Its instance is no longer listed.
  lease.end(new ServiceError('internal', 'late'));
  expect(a.inFlight).toBe(0);
});

test('goes elsewhere where it is told to, if there is anywhere', () => {
  const source = endpointer(entry('a', 'a'), entry('b', 'b'), entry('c', 'c'));
  const balancer = createBalancer(source, { ...setup, policy: ringHash() });
  const home = balancer.pick({ key: 'x' }).value;
  const avoid = new Set([home]);
  for (let i = 0; i < 20; i++) expect(balancer.pick({ key: 'x', avoid }).value).not.toBe(home);
  const all = new Set(['a', 'b', 'c']);
  expect(balancer.pick({ key: 'x', avoid: all }).value).toBeDefined();
});

test('an instance that fails is left out, and comes back in time', () => {
  const clock = { ...fakeClock(), now: () => now };
  let now = 0;
  const source = endpointer(entry('a', 'a'), entry('b', 'b'), entry('c', 'c'));
  const balancer = createBalancer(source, { ...setup, clock, policy: roundRobin() });
  const failure = new ServiceError('unavailable', 'gone', { unsent: true });
  const round = (): string[] => {
    const leases = Array.from({ length: 30 }, () => balancer.pick());
    for (const lease of leases) lease.end(lease.value === 'a' ? failure : undefined);
    return [...new Set(leases.map(({ value }) => value))].sort();
  };
  expect(round()).toEqual(['a', 'b', 'c']);
  expect(round()).toEqual(['b', 'c']);
  expect(balancer.status().map(({ ejected }) => ejected)).toEqual([true, false, false]);
  now = 999;
  expect(round()).toEqual(['b', 'c']);
  now = 1000;
  expect(round()).toEqual(['a', 'b', 'c']);
});

test('ejection can be switched off', () => {
  const source = endpointer(entry('a', 'a'), entry('b', 'b'));
  const balancer = createBalancer(source, { ...setup, policy: roundRobin(), ejection: false });
  for (let i = 0; i < 100; i++) balancer.pick().end(new ServiceError('unavailable', 'no'));
  expect(balancer.status().some(({ ejected }) => ejected)).toBe(false);
});

test('doubtful instances are used when the others are too few', () => {
  const entries = ['a', 'b', 'c', 'd', 'e'].map((id) => entry(id, id));
  const source = endpointer(...entries);
  const balancer = createBalancer(source, { ...setup, policy: roundRobin() });
  const used = (): number => new Set(Array.from({ length: 20 }, () => balancer.pick().value)).size;
  const doubt = (count: number): void => {
    for (const [i, one] of entries.entries()) one.doubtful = i < count;
    source.list([...entries]);
  };
  doubt(1);
  expect(used()).toBe(4);
  doubt(3);
  expect(used()).toBe(5);
});

test('waits for an instance', async () => {
  const source = endpointer<string>();
  const balancer = createBalancer(source, setup);
  const ready = balancer.ready(background);
  source.list([entry('a')]);
  await ready;
  expect(balancer.pick().value).toBe('a');
});

test('an entry that is closed already counts as none', () => {
  const one = entry('a');
  const balancer = createBalancer(endpointer(one), setup);
  one.closed = true;
  expect(() => balancer.pick()).toThrow('there is no instance to call');
});

test('a changed weight is heard of', () => {
  const [a, b] = [entry('a', 'a', 1), entry('b', 'b', 1)];
  const source = endpointer(a, b);
  const balancer = createBalancer(source, { ...setup, policy: ringHash() });
  balancer.pick({ key: 'x' }).end();
  a.instance = { ...a.instance, weight: 0 };
  source.list([a, b]);
  for (let i = 0; i < 50; i++) {
    const lease = balancer.pick({ key: `k${i}` });
    expect(lease.value).toBe('b');
    lease.end();
  }
});

test('refuses a panic threshold that is no share', () => {
  expect(() => createBalancer(endpointer<string>(), { panicThreshold: 50 })).toThrow(RangeError);
});
