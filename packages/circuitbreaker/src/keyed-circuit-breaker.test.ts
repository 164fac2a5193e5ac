import { background, type Context, chain, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { expect, it } from 'vitest';
import { down, fail } from '../test/calls.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { keyedCircuitBreaker } from './keyed-circuit-breaker.ts';
import { consecutiveFailures } from './rules/ready-to-trip.ts';

const partnerDown = async ({ partner }: { readonly partner: string }) => {
  if (partner === 'b') throw down;
  return partner;
};

const byPartner = ({ partner }: { readonly partner: string }): string => partner;

it('opens for the key that fails, and for no other', async () => {
  const breakers = keyedCircuitBreaker({ key: byPartner });
  const call = breakers.middleware(partnerDown);
  for (let i = 0; i < 5; i++) {
    await expect(call({ partner: 'b' }, background)).rejects.toBe(down);
  }
  await expect(call({ partner: 'b' }, background)).rejects.toThrow('circuit breaker is open');
  expect(await call({ partner: 'a' }, background)).toBe('a');
  expect(breakers.get('b').state.kind).toBe('open');
  expect(breakers.get('a').counts.successes).toBe(1);
});

it('guards several endpoints with one breaker for each key', async () => {
  const breakers = keyedCircuitBreaker({ key: byPartner });
  const [one, two] = [breakers.middleware(partnerDown), breakers.middleware(async () => 'well')];
  for (let i = 0; i < 5; i++) await one({ partner: 'b' }, background).catch(() => {});
  await expect(two({ partner: 'b' }, background)).rejects.toThrow('circuit breaker is open');
});

it('lets calls without a key pass by', async () => {
  const breakers = keyedCircuitBreaker({ key: () => undefined });
  await fail(breakers.middleware, 20);
  expect(breakers.size).toBe(0);
});

it('is a middleware where the key is in the context', async () => {
  const breakers = keyedCircuitBreaker({ key: (_request, ctx: Context) => String(ctx.deadline) });
  const call = chain(breakers.middleware)(async (n: number) => n + 1);
  expect(await call(1, background)).toBe(2);
  expect([...breakers.entries()].map(([key]) => key)).toEqual(['undefined']);
});

it('has no more breakers than it is set to, and lets the one go that was used longest ago', async () => {
  const made: string[] = [];
  const breakers = keyedCircuitBreaker({
    key: byPartner,
    max: 2,
    create: (key) => {
      made.push(key);
      return circuitBreaker();
    },
  });
  const call = breakers.middleware(async ({ partner }: { readonly partner: string }) => partner);
  for (const partner of ['a', 'b', 'a', 'c', 'a', 'b']) await call({ partner }, background);
  expect(made).toEqual(['a', 'b', 'c', 'b']);
  expect([...breakers.entries()].map(([key]) => key)).toEqual(['a', 'b']);
  expect(breakers.size).toBe(2);
});

it('lets hostile keys cost no more than its bound', async () => {
  const breakers = keyedCircuitBreaker({ key: (request) => String(request), max: 50 });
  const call = breakers.middleware(async (request: string) => request);
  for (let i = 0; i < 5000; i++) await call(`key-${i}`, background);
  for (const key of ['__proto__', 'constructor']) await call(key, background);
  expect(breakers.size).toBe(50);
});

it('does not let the late end of a call touch the breaker that came in the place of its own', async () => {
  const clock = fakeClock();
  const trip = consecutiveFailures(1);
  const breakers = keyedCircuitBreaker({
    key: (request) => String(request),
    max: 1,
    create: () => circuitBreaker({ clock, trip }),
  });
  let reject = (_error: unknown): void => {};
  const call = breakers.middleware(
    (request: string) =>
      new Promise<string>((resolve, onReject) => {
        if (request === 'late') reject = onReject;
        else resolve(request);
      }),
  );
  const late = call('late', background);
  await call('other', background);
  const again = breakers.get('late');
  reject(new ServiceError('internal', 'too late'));
  await expect(late).rejects.toThrow('too late');
  expect(again.state.kind).toBe('closed');
  expect(again.counts.failures).toBe(0);
});

it('refuses to have none', () => {
  expect(() => keyedCircuitBreaker({ key: () => 'a', max: 0 })).toThrow('max must be');
});
