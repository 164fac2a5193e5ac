import { background, type Context, createContext, ServiceError } from '@fairlead/endpoint';
import Opossum from 'opossum';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { down, fail, hang, refused } from '../test/calls.ts';
import { opossum } from './opossum.ts';
import { countsAsFailure } from './verdict.ts';

// It takes its time from the process.
beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function scene(options: Opossum.Options = {}) {
  const breaker = new Opossum((run: () => Promise<unknown>) => run(), {
    errorThresholdPercentage: 1,
    errorFilter: (error) => !countsAsFailure(error),
    ...options,
  });
  onTestFinished(() => breaker.shutdown());
  return { breaker, middleware: opossum(breaker) };
}

/** An endpoint that never answers and says when its context ends. */
function stuck() {
  const ended: (string | undefined)[] = [];
  const endpoint = (_request: string, ctx: Context): Promise<string> => {
    ctx.onAbort(({ code }) => ended.push(code));
    return new Promise(() => {});
  };
  return { ended, endpoint };
}

it('refuses as our own breaker does, and keeps the cause', async () => {
  const { middleware } = scene();
  await fail(middleware);
  expect(await refused(middleware)).toMatchObject({
    code: 'unavailable',
    message: 'circuit breaker is open',
    unsent: true,
    cause: { code: 'EOPENBREAKER' },
  });
});

it('ends a call that it would not wait for, with its context', async () => {
  const { middleware } = scene({ timeout: 200 });
  const { ended, endpoint } = stuck();
  const call = middleware(endpoint)('hello', background);
  const outcome = expect(call).rejects.toMatchObject({
    code: 'deadline_exceeded',
    cause: { code: 'ETIMEDOUT' },
  });
  await vi.advanceTimersByTimeAsync(200);
  await outcome;
  expect(ended).toEqual(['deadline_exceeded']);
});

it('answers its caller who leaves, though the endpoint does not', async () => {
  const { middleware } = scene();
  const { ended, endpoint } = stuck();
  using ctx = createContext();
  const call = middleware(endpoint)('hello', ctx);
  ctx.cancel();
  await expect(call).rejects.toMatchObject({ code: 'canceled' });
  expect(ended).toEqual(['canceled']);
});

it('calls nobody for a context that has ended', async () => {
  const { breaker, middleware } = scene();
  using ctx = createContext();
  ctx.cancel();
  await expect(middleware(async () => 'well')('hello', ctx)).rejects.toMatchObject({
    code: 'canceled',
  });
  expect(breaker.stats.fires).toBe(0);
});

it('says that there are too many calls at once', async () => {
  const { middleware } = scene({ capacity: 1 });
  const first = hang(middleware);
  expect(await refused(middleware)).toMatchObject({
    code: 'resource_exhausted',
    unsent: true,
    cause: { code: 'ESEMLOCKED' },
  });
  await first.answer();
});

it('says that it is shut down, so that nobody tries again', async () => {
  const { breaker, middleware } = scene();
  breaker.shutdown();
  expect(await refused(middleware)).toMatchObject({
    code: 'unavailable',
    retryable: false,
    unsent: true,
  });
});

it('hands an error of the endpoint on as it is, though it looks like one of its own', async () => {
  const { middleware } = scene();
  await fail(middleware, 1, Object.assign(new Error('connect'), { code: 'ETIMEDOUT' }));
});

it('answers with its fallback', async () => {
  const { breaker, middleware } = scene();
  breaker.fallback(() => 'instead');
  const call = middleware((_request: string): Promise<string> => Promise.reject(down));
  expect(await call('hello', background)).toBe('instead');
});

it('ends a call that it would not wait for, and answers with its fallback', async () => {
  const { breaker, middleware } = scene({ timeout: 200 });
  breaker.fallback(() => 'instead');
  const { ended, endpoint } = stuck();
  const call = middleware(endpoint)('hello', background);
  await vi.advanceTimersByTimeAsync(200);
  expect(await call).toBe('instead');
  expect(ended).toEqual(['deadline_exceeded']);
});

it('ends a stream that goes on for longer than it waits', async () => {
  const { breaker, middleware } = scene({ timeout: 1000 });
  let ended: string | undefined;
  const call = middleware(async (_request: string, ctx) => {
    ctx.onAbort(({ code }) => {
      ended = code;
    });
    return (async function* () {
      yield 1;
      await new Promise((_, reject) => void ctx.onAbort(reject));
    })();
  });
  const read: number[] = [];
  const reading = (async () => {
    for await (const n of await call('hello', background)) read.push(n);
  })();
  const outcome = expect(reading).rejects.toBeInstanceOf(ServiceError);
  await vi.advanceTimersByTimeAsync(1000);
  await outcome;
  expect(read).toEqual([1]);
  expect(ended).toBe('deadline_exceeded');
  expect(breaker.stats.timeouts).toBe(1);
});
