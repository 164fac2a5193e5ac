import {
  background,
  createContext,
  type Endpoint,
  type Middleware,
  ServiceError,
} from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { heldEndpoint } from '../test/calls.ts';
import { fallback } from './fallback.ts';
import { resilient, type StandardSlot, standardOrder } from './resilient.ts';
import { swappable } from './swappable.ts';

/** A layer that writes down that a call passes it. */
function traced(name: string, trace: string[]): Middleware {
  return (next) => (request, ctx) => {
    trace.push(name);
    return next(request, ctx);
  };
}

const answer: Endpoint<string, string> = async (request) => request;

describe('resilient', () => {
  it('sorts the layers into the standard order, however they are listed', async () => {
    const trace: string[] = [];
    const layer = (name: StandardSlot): Middleware => traced(name, trace);
    const policy = resilient({
      attemptTimeoutMs: 100,
      breaker: layer('breaker'),
      bulkhead: layer('bulkhead'),
      rateLimit: layer('rateLimit'),
      hedge: layer('hedge'),
      retry: layer('retry'),
      totalTimeoutMs: 1000,
      coalesce: layer('coalesce'),
      cache: layer('cache'),
      fallback: layer('fallback'),
    });

    expect(policy.layers).toEqual(standardOrder);
    expect(await policy(answer)('hello', background)).toBe('hello');
    expect(trace).toEqual(standardOrder.filter((name) => !name.endsWith('Ms')));
  });

  it('has the slots that were given, with their layers, and passes calls on where there is none', async () => {
    const retry = traced('retry', []);
    const policy = resilient({ retry, breaker: undefined, attemptTimeoutMs: 10 });

    expect(policy.layers).toEqual(['retry', 'attemptTimeoutMs']);
    expect(policy.entries[0]).toEqual(['retry', retry]);
    expect(resilient({})(answer)).toBe(answer);
  });

  it('gives each try its time, and all of them theirs, and falls back when that is over', async () => {
    const clock = fakeClock();
    using ctx = createContext({ clock });
    const { endpoint, calls } = heldEndpoint<string, string>();
    const errors: string[] = [];
    const twice: Middleware = (next) => (request, given) =>
      next(request, given).catch((error: ServiceError) => {
        errors.push(error.code);
        return next(request, given);
      });
    const policy = resilient<string, string>({
      totalTimeoutMs: 150,
      retry: twice,
      attemptTimeoutMs: 100,
      fallback: fallback('instead'),
    });

    const call = policy(endpoint)('hello', ctx);
    await clock.advance(99);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(calls).toHaveLength(2);
    await clock.advance(50);

    expect(await call).toBe('instead');
    expect(errors).toEqual(['deadline_exceeded']);
    expect(clock.pending()).toBe(0);
  });

  it('takes another order, and slots of your own', async () => {
    const trace: string[] = [];
    const policy = resilient(
      {
        audit: traced('audit', trace),
        retry: traced('retry', trace),
        breaker: traced('breaker', trace),
      },
      { order: ['breaker', 'audit', 'retry'] },
    );
    await policy(answer)('hello', background);

    expect(policy.layers).toEqual(['breaker', 'audit', 'retry']);
    expect(trace).toEqual(policy.layers);
    const longer = resilient(
      { audit: traced('audit', trace) },
      { order: ['audit', ...standardOrder] },
    );
    expect(longer.layers).toEqual(['audit']);
  });

  it('becomes a slot whose layers can be changed', async () => {
    const trace: string[] = [];
    const slot = swappable(
      resilient({ retry: traced('retry', trace), breaker: traced('breaker', trace) }).entries,
    );
    const call = slot(answer);
    slot.remove('breaker');
    await call('hello', background);

    expect(trace).toEqual(['retry']);
  });

  it('refuses what has no place, a place that is twice there, and what is no layer', () => {
    const layers: Record<string, Middleware> = { retri: traced('retri', []) };
    expect(() => resilient(layers)).toThrow(/no slot 'retri': put it into the order/);
    expect(() => resilient({}, { order: ['retry', 'retry'] })).toThrow(/each slot once/);
    expect(() => resilient({ totalTimeoutMs: -1 })).toThrow(/totalTimeoutMs must be/);
    // @ts-expect-error What JavaScript may pass.
    expect(() => resilient({ retry: {} })).toThrow(/retry must be a middleware/);
  });

  it('keeps the error of the call', async () => {
    const error = new ServiceError('not_found', 'nobody');
    await expect(
      resilient({ totalTimeoutMs: 100 })(() => Promise.reject(error))(1, background),
    ).rejects.toBe(error);
  });
});
