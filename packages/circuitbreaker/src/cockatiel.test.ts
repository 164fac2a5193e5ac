import { background, type Context, createContext, type ServiceError } from '@fairlead/endpoint';
import {
  bulkhead,
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  handleAll,
  handleWhen,
  type IPolicy,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { down, fail, hang, refused } from '../test/calls.ts';
import { type CockatielPolicy, cockatiel } from './cockatiel.ts';
import { countsAsFailure } from './verdict.ts';

// It takes its time from the process.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const breaker = (threshold = 1) =>
  circuitBreaker(handleWhen(countsAsFailure), {
    halfOpenAfter: 1000,
    breaker: new ConsecutiveBreaker(threshold),
  });

const over = (policy: CockatielPolicy) => cockatiel(policy);

/** An endpoint that ends with its context, and says why. */
function obedient() {
  const ended: string[] = [];
  const endpoint = (_request: string, ctx: Context): Promise<string> =>
    new Promise((_, reject) => {
      ctx.onAbort((error: ServiceError) => {
        ended.push(error.code);
        reject(error);
      });
    });
  return { ended, endpoint };
}

it('refuses as our own breaker does, and keeps the cause', async () => {
  const middleware = over(breaker());
  await fail(middleware);
  expect(await refused(middleware)).toMatchObject({
    code: 'unavailable',
    message: 'circuit breaker is open',
    unsent: true,
    cause: { isBrokenCircuitError: true },
  });
});

it('refuses likewise while somebody keeps it open', async () => {
  const policy = breaker();
  const { dispose } = policy.isolate();
  expect(await refused(over(policy))).toMatchObject({ code: 'unavailable', unsent: true });
  dispose();
});

it.each([TimeoutStrategy.Cooperative, TimeoutStrategy.Aggressive])(
  'ends a call that a timeout around it gives up, %s',
  async (strategy) => {
    const middleware = over(wrap(breaker(), timeout(200, strategy)));
    const { ended, endpoint } = obedient();
    const outcome = expect(middleware(endpoint)('hello', background)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    await vi.advanceTimersByTimeAsync(200);
    await outcome;
    expect(ended).toEqual(['deadline_exceeded']);
    // And its breaker has counted that.
    await refused(middleware);
  },
);

it('ends the wait of a caller who leaves while others probe', async () => {
  const middleware = over(breaker());
  await fail(middleware);
  await vi.advanceTimersByTimeAsync(1001);
  const probe = hang(middleware);
  using ctx = createContext();
  let reached = false;
  const waiting = middleware(async () => {
    reached = true;
  })('hello', ctx);
  ctx.cancel();
  await expect(waiting).rejects.toMatchObject({ code: 'canceled' });
  await probe.answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(reached).toBe(false);
});

it('says that there are too many calls at once', async () => {
  const middleware = over(bulkhead(1, 0));
  const first = hang(middleware);
  expect(await refused(middleware)).toMatchObject({ code: 'resource_exhausted', unsent: true });
  await first.answer();
});

it('tries as often as a retry around it says, each time with a context of its own', async () => {
  const policy = retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(0) });
  const contexts = new Set<Context>();
  let calls = 0;
  const call = over(policy)(async (request: string, ctx) => {
    contexts.add(ctx);
    if (++calls < 3) throw down;
    return request;
  });
  const answer = call('hello', background);
  await vi.advanceTimersByTimeAsync(100);
  expect(await answer).toBe('hello');
  expect(contexts.size).toBe(3);
});

it('does not say that nothing was sent where a try before was', async () => {
  const policy = wrap(
    retry(handleAll, { maxAttempts: 1, backoff: new ConstantBackoff(0) }),
    breaker(),
  );
  const call = over(policy)((_request: string) => Promise.reject(down))('hello', background);
  const outcome = expect(call).rejects.toMatchObject({ code: 'unavailable', unsent: false });
  await vi.advanceTimersByTimeAsync(100);
  await outcome;
});

it('does not begin a stream again that its caller has', async () => {
  const policy = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(0) });
  let calls = 0;
  const call = over(policy)(async (_request: string) => {
    calls++;
    return (async function* () {
      yield 1;
      throw down;
    })();
  });
  const reading = (async () => {
    for await (const _ of await call('hello', background));
  })();
  await expect(reading).rejects.toBe(down);
  await vi.advanceTimersByTimeAsync(1000);
  expect(calls).toBe(1);
});

it('leaves no listener on the signal of a long context', async () => {
  using ctx = createContext();
  const { signal } = ctx;
  const add = vi.spyOn(signal, 'addEventListener');
  const remove = vi.spyOn(signal, 'removeEventListener');
  const policy: IPolicy = wrap(breaker(5), timeout(1000, TimeoutStrategy.Cooperative));
  const call = over(policy)(async (request: string) => request);
  for (let i = 0; i < 50; i++) await call('hello', ctx);
  expect(add.mock.calls.length).toBe(remove.mock.calls.length);
  expect(vi.getTimerCount()).toBe(0);
});
