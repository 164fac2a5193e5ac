import { background, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { balanced, createBalancer, RetryError, retry, roundRobin } from '@fairlead/lb';
import { createEndpointer, staticInstancer } from '@fairlead/sd';
import { fakeClock, seededRandom } from '@fairlead/testing';
import { expect, it, onTestFinished } from 'vitest';
import { type CircuitBreaker, circuitBreaker } from './circuit-breaker.ts';

/** Three instances, each behind a breaker of its own; those whose names are in `failing` fail. */
async function scene(options: { readonly ejection?: false } = {}) {
  const clock = fakeClock();
  const random = seededRandom(1);
  const breakers = new Map<string, CircuitBreaker>();
  const reached = new Map<string, number>();
  const failing = new Set<string>();
  const instancer = staticInstancer(['one:80', 'two:80', 'three:80']);
  const endpointer = createEndpointer(instancer, ({ address }) => {
    const answer: Endpoint<void, string> = async () => {
      reached.set(address, (reached.get(address) ?? 0) + 1);
      if (failing.has(address)) throw new ServiceError('internal', `${address} fails`);
      return address;
    };
    const breaker = circuitBreaker({ clock, random });
    breakers.set(address, breaker);
    return { value: breaker.middleware(answer) };
  });
  onTestFinished(() => endpointer.close());
  await endpointer.ready(background);
  const policy = roundRobin();
  const balancer = createBalancer(endpointer, { policy, clock, random, ...options });
  const once = balanced(balancer, (endpoint) => endpoint);
  return { clock, breakers, reached, failing, balancer, once, call: retry({ random })(once) };
}

const open = (breakers: ReadonlyMap<string, CircuitBreaker>): string[] =>
  [...breakers].flatMap(([address, { state }]) => (state.kind === 'open' ? [address] : []));

it('opens for the instance that fails, and for no other', async () => {
  const { breakers, failing, once } = await scene({ ejection: false });
  failing.add('two:80');
  for (let i = 0; i < 30; i++) await once(undefined, background).catch(() => {});
  expect(open(breakers)).toEqual(['two:80']);
});

it('lets a retry go elsewhere at once, though the call is not idempotent and the breaker asks for seconds', async () => {
  const { breakers, clock, call, failing, once, reached } = await scene({ ejection: false });
  failing.add('two:80');
  while (open(breakers).length === 0) await once(undefined, background).catch(() => {});
  const before = reached.get('two:80');
  // On the real clock of its contexts the retry would wait for seconds, and the test would end first.
  for (let i = 0; i < 50; i++) expect(await call(undefined, background)).not.toBe('two:80');
  expect(reached.get('two:80')).toBe(before);
  expect(clock.pending()).toBe(0);
});

it('is avoided by the balancer as one that cannot be reached', async () => {
  const { breakers, balancer, failing, once } = await scene();
  failing.add('two:80');
  breakers.get('two:80')?.force('open');
  for (let i = 0; i < 3; i++) await once(undefined, background).catch(() => {});
  const ejected = balancer.status().filter((status) => status.ejected);
  expect(ejected.map(({ instance }) => instance.address)).toEqual(['two:80']);
  for (let i = 0; i < 30; i++) expect(await once(undefined, background)).not.toBe('two:80');
});

it('has its instance back when that is well again', async () => {
  const { breakers, call, clock, failing, once, reached } = await scene();
  failing.add('two:80');
  for (let i = 0; i < 30; i++) await once(undefined, background).catch(() => {});
  failing.clear();
  reached.clear();
  await clock.advance(60_000);
  for (let i = 0; i < 30; i++) await call(undefined, background);
  expect(open(breakers)).toEqual([]);
  expect(reached.get('two:80')).toBeGreaterThan(5);
});

it('says, where all are open, how long to wait', async () => {
  const { breakers, call, failing, once } = await scene({ ejection: false });
  for (const address of breakers.keys()) failing.add(address);
  for (let i = 0; i < 15; i++) await once(undefined, background).catch(() => {});
  expect(open(breakers)).toHaveLength(3);
  const error = await call(undefined, background).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RetryError);
  expect(error).toMatchObject({ code: 'unavailable', unsent: true });
  expect(error).toHaveProperty('retryAfterMs', expect.any(Number));
});
