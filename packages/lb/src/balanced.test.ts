import { background, createContext, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { fakeClock, seededRandom } from '@fairlead/testing';
import { expect, test, vi } from 'vitest';
import { endpointer, entry, named } from '../test/endpoints.ts';
import { balanced } from './balanced.ts';
import { balancedClient } from './balanced-client.ts';
import { createBalancer } from './balancer.ts';
import { ringHash } from './policies/ring-hash.ts';
import { roundRobin } from './policies/round-robin.ts';
import { retry } from './retry.ts';
import { retryBudget } from './retry-budget.ts';
import { routingKey } from './routing-key.ts';
import { OwnTrail, trail } from './trail.ts';

const setup = { random: seededRandom(1), policy: roundRobin() };
const self = <T>(value: T): T => value;

function among(...names: string[]) {
  const source = endpointer(...names.map((name) => entry(named(name), name)));
  return { source, balancer: createBalancer(source, setup) };
}

test('each call goes to the instance that is picked, and is over when it is answered', async () => {
  const { balancer } = among('a', 'b');
  const call = balanced(balancer, self);
  const answers = await Promise.all([call({}, background), call({}, background)]);
  expect(answers.sort()).toEqual(['a', 'b']);
  expect(balancer.status().every(({ pending }) => pending === 0)).toBe(true);
});

test('what an instance fails with comes as it is', async () => {
  const error = new ServiceError('not_found', 'no such thing');
  const source = endpointer(entry<Endpoint<unknown, never>>(() => Promise.reject(error)));
  const balancer = createBalancer(source, setup);
  await expect(balanced(balancer, self)({}, background)).rejects.toBe(error);
  expect(balancer.status()).toMatchObject([{ pending: 0 }]);
});

test('an endpoint that throws is a failure like another', async () => {
  const source = endpointer(
    entry<Endpoint<unknown, never>>(() => {
      throw new Error('by mistake');
    }),
  );
  const balancer = createBalancer(source, setup);
  await expect(balanced(balancer, self)({}, background)).rejects.toThrow('by mistake');
  expect(source.current.entries[0]?.inFlight).toBe(0);
});

test('waits where there is no instance, and takes the first that comes', async () => {
  const source = endpointer<Endpoint<unknown, string>>();
  const answer = balanced(createBalancer(source, setup), self)({}, background);
  source.list([entry(named('late'))]);
  await expect(answer).resolves.toBe('late');
});

test('waits no longer than it was told to', async () => {
  const clock = fakeClock();
  const source = endpointer<Endpoint<unknown, string>>();
  const answer = balanced(createBalancer(source, { ...setup, clock }), self, { waitMs: 100 });
  const failed = expect(answer({}, createContext({ clock }))).rejects.toMatchObject({
    code: 'unavailable',
    message: 'no instance came within 100 ms',
    unsent: true,
  });
  await clock.advance(100);
  await failed;
  expect(clock.pending()).toBe(0);
});

test('waits no longer than the call may take', async () => {
  const clock = fakeClock();
  const source = endpointer<Endpoint<unknown, string>>();
  const call = balanced(createBalancer(source, { ...setup, clock }), self);
  const failed = expect(call({}, createContext({ clock, timeoutMs: 50 }))).rejects.toMatchObject({
    code: 'deadline_exceeded',
  });
  await clock.advance(50);
  await failed;
  expect(clock.pending()).toBe(0);
});

test('does not wait where it is told not to', async () => {
  const source = endpointer<Endpoint<unknown, string>>();
  const call = balanced(createBalancer(source, setup), self, { waitMs: 0 });
  await expect(call({}, background)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a key keeps calls together, from the request or from the context', async () => {
  const names = Array.from({ length: 10 }, (_, i) => `n${i}`);
  const source = endpointer(...names.map((name) => entry(named(name), name)));
  const balancer = createBalancer(source, { ...setup, policy: ringHash() });
  const byUser = balanced(balancer, self, { key: (request) => String(request) });
  const first = await byUser('ada', background);
  for (let i = 0; i < 10; i++) await expect(byUser('ada', background)).resolves.toBe(first);
  const ctx = background.with(routingKey, 'ada');
  await expect(balanced(balancer, self)('other', ctx)).resolves.toBe(first);
});

test('goes where the call has not been, and says where it goes', async () => {
  const { balancer } = among('a', 'b', 'c');
  const call = balanced(balancer, self);
  const own = new OwnTrail();
  const ctx = background.with(trail, own);
  const answers = [await call({}, ctx), await call({}, ctx), await call({}, ctx)];
  expect(answers.sort()).toEqual(['a', 'b', 'c']);
  expect([...(own.tried ?? [])].sort()).toEqual(['a', 'b', 'c']);
});

test('a stream counts until it is over, and its latency is that of the opening', async () => {
  const clock = { ...fakeClock(), now: () => now };
  let now = 0;
  async function* numbers(): AsyncGenerator<number> {
    yield 1;
    yield 2;
  }
  const ended = vi.fn();
  const source = endpointer(entry<Endpoint<unknown, AsyncIterable<number>>>(async () => numbers()));
  const policy = () => ({ ...roundRobin()(policySetup), ended });
  const policySetup = { random: setup.random, clock };
  const balancer = createBalancer(source, { ...policySetup, policy });
  const opening = balanced(balancer, self)({}, background);
  now = 7;
  const stream = await opening;
  now = 5000;
  expect(balancer.status()).toMatchObject([{ pending: 1 }]);
  const read: number[] = [];
  for await (const number of stream) read.push(number);
  expect(read).toEqual([1, 2]);
  expect(balancer.status()).toMatchObject([{ pending: 0 }]);
  expect(ended).toHaveBeenCalledExactlyOnceWith(expect.anything(), 7, 'success', 5000);
});

test('a whole client: every endpoint goes through the same balancer', async () => {
  interface Client {
    readonly sum: Endpoint<{ a: number; b: number }, number>;
    readonly name: Endpoint<void, string>;
    close(): Promise<void>;
  }
  const client = (name: string): Client => ({
    sum: async ({ a, b }) => a + b,
    name: async () => name,
    close: async () => {},
  });
  const source = endpointer(entry(client('a'), 'a'), entry(client('b'), 'b'));
  const balancer = createBalancer(source, setup);
  const seen: string[] = [];
  const { sum, name } = balancedClient(balancer, ['sum', 'name'], {
    middleware: (next) => (request, ctx) => {
      seen.push('call');
      return next(request, ctx);
    },
  });
  await expect(sum({ a: 1, b: 2 }, background)).resolves.toBe(3);
  const names = [await name(undefined, background), await name(undefined, background)];
  expect(names.sort()).toEqual(['a', 'b']);
  expect(seen).toHaveLength(3);
});

test('a call that goes well looks at the clock twice, the budget of its retry included', async () => {
  const clock = fakeClock();
  const now = vi.spyOn(clock, 'now');
  const source = endpointer(entry(named('a')));
  const balancer = createBalancer(source, { clock });
  const call = retry({ budget: retryBudget({ clock }) })(balanced(balancer, self));
  await call({}, background);
  now.mockClear();
  await call({}, background);
  expect(now).toHaveBeenCalledTimes(2);
});

test('a budget on a clock of its own counts by that', async () => {
  const [clock, other] = [fakeClock(), fakeClock()];
  const budget = retryBudget({ ratio: 1, minPerSecond: 0, clock: other });
  const source = endpointer(entry(named('a')));
  const call = retry({ budget })(balanced(createBalancer(source, { clock }), self));
  await other.advance(60_000);
  await call({}, background);
  await other.advance(5000);
  expect(budget.withdraw()).toBe(true);
  expect(budget.withdraw()).toBe(false);
});
