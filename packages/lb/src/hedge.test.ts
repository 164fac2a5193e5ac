import {
  attempt,
  background,
  type Context,
  createContext,
  type Endpoint,
  ServiceError,
} from '@fairlead/endpoint';
import { type FakeClock, fakeClock } from '@fairlead/testing';
import { describe, expect, test, vi } from 'vitest';
import { type HedgeOptions, hedge } from './hedge.ts';
import { latencyRecord } from './latency.ts';
import { RetryError } from './retry-error.ts';
import { trail } from './trail.ts';

/** Answers the n-th leg after so many milliseconds, with a text or an error; undefined for never. */
function legs(
  clock: FakeClock,
  ...plan: readonly (readonly [ms: number, outcome?: unknown] | undefined)[]
) {
  const contexts: Context[] = [];
  const endpoint: Endpoint<string, string> = (_request, ctx) => {
    const number = contexts.push(ctx);
    ctx.get(trail)?.add(`i${number}`);
    return new Promise((resolve, reject) => {
      const step = plan[number - 1];
      const stop =
        step === undefined
          ? () => {}
          : clock.schedule(step[0], () =>
              step[1] === undefined ? resolve(`leg ${number}`) : reject(step[1]),
            );
      ctx.onAbort((error) => {
        stop();
        reject(error);
      });
    });
  };
  return { endpoint, contexts };
}

function run(clock: FakeClock, endpoint: Endpoint<string, string>, options: HedgeOptions = {}) {
  const call = hedge({ clock, delay: 100, idempotent: true, ...options })(endpoint);
  return call('sum', createContext({ clock }));
}

describe('a call that answers in time', () => {
  test('is made once', async () => {
    const clock = fakeClock();
    const { endpoint, contexts } = legs(clock, [50]);
    const answer = run(clock, endpoint);
    await clock.advance(50);
    await expect(answer).resolves.toBe('leg 1');
    expect(contexts).toHaveLength(1);
    expect(clock.pending()).toBe(0);
  });
});

describe('a call that does not', () => {
  test('is made again elsewhere; the first answer counts and the other leg is canceled', async () => {
    const clock = fakeClock();
    const { endpoint, contexts } = legs(clock, undefined, [20]);
    const answer = run(clock, endpoint);
    await clock.advance(99);
    expect(contexts).toHaveLength(1);
    await clock.advance(1);
    expect([...(contexts[1]?.get(trail)?.tried ?? [])]).toEqual(['i1', 'i2']);
    expect(contexts[1]?.get(attempt)?.number).toBe(2);
    await clock.advance(20);
    await expect(answer).resolves.toBe('leg 2');
    expect(contexts[0]?.error).toMatchObject({ code: 'canceled' });
    expect(clock.pending()).toBe(0);
  });

  test('may still be answered by its first leg', async () => {
    const clock = fakeClock();
    const { endpoint, contexts } = legs(clock, [110], [500]);
    const answer = run(clock, endpoint);
    await clock.advance(110);
    await expect(answer).resolves.toBe('leg 1');
    expect(contexts[1]?.error).toMatchObject({ code: 'canceled' });
    expect(clock.pending()).toBe(0);
  });

  test('is made as often as was said', async () => {
    const clock = fakeClock();
    const { endpoint, contexts } = legs(clock);
    const answer = run(clock, endpoint, { legs: 3 });
    answer.catch(() => {});
    await clock.advance(1000);
    expect(contexts).toHaveLength(3);
  });

  test('is not made again where that could do harm', async () => {
    const clock = fakeClock();
    const { endpoint, contexts } = legs(clock, [500]);
    const answer = run(clock, endpoint, { idempotent: undefined });
    await clock.advance(500);
    await expect(answer).resolves.toBe('leg 1');
    expect(contexts).toHaveLength(1);
  });

  test('is not made again when the budget is spent', async () => {
    const clock = fakeClock();
    const { endpoint, contexts } = legs(clock, [500]);
    const budget = { deposit: vi.fn(), withdraw: vi.fn(() => false) };
    const answer = run(clock, endpoint, { budget });
    await clock.advance(500);
    await expect(answer).resolves.toBe('leg 1');
    expect(contexts).toHaveLength(1);
    expect(budget.deposit).toHaveBeenCalledOnce();
  });
});

describe('a leg that fails', () => {
  const down = new ServiceError('unavailable', 'down');

  test('is followed by the next at once', async () => {
    const clock = fakeClock();
    const { endpoint } = legs(clock, [10, down], [5]);
    const answer = run(clock, endpoint);
    await clock.advance(15);
    await expect(answer).resolves.toBe('leg 2');
    expect(clock.pending()).toBe(0);
  });

  test('leaves the call to the others', async () => {
    const clock = fakeClock();
    const { endpoint } = legs(clock, [150, down], [200]);
    const answer = run(clock, endpoint);
    await clock.advance(300);
    await expect(answer).resolves.toBe('leg 2');
  });

  test('fails the call where it was the last, with every error', async () => {
    const clock = fakeClock();
    const { endpoint } = legs(clock, [10, down], [10, new ServiceError('unavailable', 'too')]);
    const answer = run(clock, endpoint);
    const failed = expect(answer).rejects.toMatchObject({
      message: 'too (2 attempts, previously: down)',
      attempts: [{ instance: 'i1' }, { instance: 'i2' }],
    });
    await clock.advance(20);
    await failed;
    await expect(answer).rejects.toBeInstanceOf(RetryError);
  });

  test('fails the call at once where trying again cannot help', async () => {
    const clock = fakeClock();
    const wrong = new ServiceError('invalid_argument', 'wrong');
    const { endpoint, contexts } = legs(clock, [150, wrong], undefined);
    const answer = run(clock, endpoint);
    const failed = expect(answer).rejects.toBe(wrong);
    await clock.advance(150);
    await failed;
    expect(contexts[1]?.error).toMatchObject({ code: 'canceled' });
    expect(clock.pending()).toBe(0);
  });

  test('is not followed by another where the server asked to be left alone', async () => {
    const clock = fakeClock();
    const busy = new ServiceError('resource_exhausted', 'busy', { retryAfterMs: 1000 });
    const { endpoint, contexts } = legs(clock, [10, busy]);
    const failed = expect(run(clock, endpoint)).rejects.toBe(busy);
    await clock.advance(200);
    await failed;
    expect(contexts).toHaveLength(1);
  });
});

test('the end of the context ends all legs, and nothing is left', async () => {
  const clock = fakeClock();
  const { endpoint, contexts } = legs(clock);
  const ctx = createContext({ clock });
  const answer = hedge({ clock, delay: 100, idempotent: true })(endpoint)('sum', ctx);
  const failed = expect(answer).rejects.toMatchObject({ code: 'canceled' });
  await clock.advance(100);
  ctx.cancel();
  await failed;
  expect(contexts).toHaveLength(2);
  expect(clock.pending()).toBe(0);
});

test('a stream belongs to its leg until it is over', async () => {
  const clock = fakeClock();
  let context: Context | undefined;
  const endpoint: Endpoint<string, AsyncIterable<number>> = async (_request, ctx) => {
    context = ctx;
    return (async function* numbers() {
      yield 1;
      ctx.throwIfAborted();
      yield 2;
    })();
  };
  const ctx = createContext({ clock });
  const stream = await hedge({ clock, idempotent: true })(endpoint)('sum', ctx);
  const numbers: number[] = [];
  for await (const number of stream) numbers.push(number);
  expect(numbers).toEqual([1, 2]);
  expect(context?.error).toBeUndefined();
  expect(clock.pending()).toBe(0);
});

test('a call that sends a stream is made once', async () => {
  const endpoint = vi.fn(async () => 'done');
  async function* none(): AsyncGenerator<never> {}
  await expect(hedge({ idempotent: true })(endpoint)(none(), background)).resolves.toBe('done');
});

test('the wait follows the latency of the calls', async () => {
  const clock = fakeClock();
  let ms = 10;
  const endpoint: Endpoint<string, string> = (_request, ctx) =>
    new Promise((resolve, reject) => {
      const stop = clock.schedule(ms, () => resolve('done'));
      ctx.onAbort((error) => {
        stop();
        reject(error);
      });
    });
  const spy = vi.fn(endpoint);
  const call = hedge({ clock, idempotent: true, budget: false })(spy);
  for (let i = 0; i < 100; i++) {
    const answer = call('sum', createContext({ clock }));
    await clock.advance(ms);
    await answer;
  }
  expect(spy).toHaveBeenCalledTimes(100);
  ms = 1000;
  const answer = call('sum', createContext({ clock }));
  await clock.advance(12);
  expect(spy).toHaveBeenCalledTimes(102);
  await clock.advance(1000);
  await answer;
});

describe('the record of latencies', () => {
  test('tells a percentile within a ninth', () => {
    const record = latencyRecord(30_000);
    for (let i = 1; i <= 1000; i++) record.add(i, 0);
    for (const share of [0.5, 0.9, 0.95, 0.99]) {
      const found = record.percentile(share, 0) ?? 0;
      expect(found / (1000 * share)).toBeGreaterThan(1);
      expect(found / (1000 * share)).toBeLessThan(1.13);
    }
  });

  test('says nothing before it has seen enough, and forgets', () => {
    const record = latencyRecord(1000);
    for (let i = 0; i < 19; i++) record.add(5, 0);
    expect(record.percentile(0.5, 0)).toBeUndefined();
    record.add(5, 0);
    expect(record.percentile(0.5, 1500)).toBeGreaterThan(4);
    expect(record.percentile(0.5, 4000)).toBeUndefined();
  });
});
