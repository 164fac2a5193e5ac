import {
  attempt,
  background,
  type Context,
  createContext,
  type Endpoint,
  operation,
  ServiceError,
} from '@fairlead/endpoint';
import { type FakeClock, fakeClock } from '@fairlead/testing';
import { describe, expect, test, vi } from 'vitest';
import { type RetryOptions, retry } from './retry.ts';
import { retryBudget } from './retry-budget.ts';
import { RetryError } from './retry-error.ts';
import { trail } from './trail.ts';

const unavailable = (message = 'down', more = {}) => new ServiceError('unavailable', message, more);
const unsent = () => unavailable('nobody there', { unsent: true });

/** Fails as it is told to, try after try, and then answers; records the contexts of the tries. */
function scripted(...outcomes: readonly unknown[]) {
  const contexts: Context[] = [];
  const endpoint: Endpoint<string, string> = async (request, ctx) => {
    contexts.push(ctx);
    const outcome = outcomes[contexts.length - 1];
    if (outcome !== undefined) throw outcome;
    return `${request} done`;
  };
  return { endpoint, contexts };
}

/** Retries without randomness: every wait is as long as it may be. */
function fixed(options: RetryOptions = {}) {
  return retry({ random: () => 1, idempotent: true, ...options });
}

/** Runs a call to its end, however long it waits. */
async function through<T>(clock: FakeClock, call: (ctx: Context) => Promise<T>): Promise<T> {
  const ctx = createContext({ clock });
  const answer = call(ctx);
  answer.catch(() => {});
  await clock.advance(100_000);
  expect(clock.pending()).toBe(0);
  return await answer;
}

describe('a call that fails', () => {
  test('is tried again, so often as was said, the first time included', async () => {
    const { endpoint, contexts } = scripted(unavailable(), unavailable());
    await expect(through(fakeClock(), (ctx) => fixed()(endpoint)('sum', ctx))).resolves.toBe(
      'sum done',
    );
    expect(contexts).toHaveLength(3);
    const always = scripted(unavailable(), unavailable(), unavailable());
    await expect(
      through(fakeClock(), (ctx) => fixed({ attempts: 2 })(always.endpoint)('sum', ctx)),
    ).rejects.toThrow('down (2 attempts');
    expect(always.contexts).toHaveLength(2);
  });

  test('fails with what it threw where there was one try alone', async () => {
    const error = new ServiceError('not_found', 'no such thing');
    const { endpoint } = scripted(error);
    await expect(fixed()(endpoint)('sum', background)).rejects.toBe(error);
    const plain = new Error('by mistake');
    await expect(fixed()(scripted(plain).endpoint)('sum', background)).rejects.toBe(plain);
  });

  test('fails with every error where there were more', async () => {
    const errors = [unavailable('first'), unavailable('second'), new ServiceError('internal', 'x')];
    const { endpoint } = scripted(...errors);
    const thrown: unknown = await through(fakeClock(), (ctx) =>
      fixed()(endpoint)('sum', ctx),
    ).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(RetryError);
    expect(thrown).toBeInstanceOf(ServiceError);
    const { attempts, code, message, cause } = thrown as RetryError;
    expect(attempts.map(({ error }) => error)).toEqual(errors);
    expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect({ code, message, cause }).toEqual({
      code: 'internal',
      message: 'x (3 attempts, previously: first; second)',
      cause: errors[2],
    });
  });

  test('waits longer each time', async () => {
    const clock = fakeClock();
    const at: number[] = [];
    const endpoint: Endpoint<string, never> = () => {
      at.push(clock.now());
      return Promise.reject(unavailable());
    };
    await through(clock, (ctx) => fixed({ attempts: 5 })(endpoint)('sum', ctx)).catch(() => {});
    expect(at).toEqual([0, 25, 75, 175, 375]);
  });

  test('is tried again at once where it reached nobody', async () => {
    const { endpoint, contexts } = scripted(unsent(), unsent());
    await expect(fixed()(endpoint)('sum', background)).resolves.toBe('sum done');
    expect(contexts).toHaveLength(3);
  });

  test('waits as long as the server asked, or gives up where that is too long', async () => {
    const clock = fakeClock();
    const { endpoint, contexts } = scripted(
      new ServiceError('resource_exhausted', 'slow down', { retryAfterMs: 2000 }),
      new ServiceError('resource_exhausted', 'slow down', { retryAfterMs: 31_000 }),
    );
    await expect(through(clock, (ctx) => fixed()(endpoint)('sum', ctx))).rejects.toThrow(
      'slow down',
    );
    expect(contexts).toHaveLength(2);
    expect(contexts[1]?.get(attempt)?.number).toBe(2);
  });

  test('does not wait for an instance that was not called, as its breaker was open', async () => {
    const clock = fakeClock();
    const open = new ServiceError('unavailable', 'open', { unsent: true, retryAfterMs: 5000 });
    const times: number[] = [];
    const endpoint: Endpoint<string, string> = async (request, ctx) => {
      times.push(clock.now());
      if (times.length === 1) ctx.get(trail)?.add('one');
      if (times.length < 3) throw open;
      return request;
    };
    await through(clock, (ctx) => fixed()(endpoint)('sum', ctx));
    // The second try went to no instance: what asks to wait is in front of all.
    expect(times).toEqual([0, 0, 5000]);
  });
});

describe('what may be tried again', () => {
  test.each([
    ['unavailable', true],
    ['resource_exhausted', true],
    ['aborted', false],
    ['internal', false],
    ['invalid_argument', false],
    ['deadline_exceeded', false],
    ['canceled', false],
  ] as const)('%s of an idempotent call: %s', async (code, again) => {
    const { endpoint, contexts } = scripted(new ServiceError(code, 'no'));
    await through(fakeClock(), (ctx) => fixed()(endpoint)('sum', ctx)).catch(() => {});
    expect(contexts).toHaveLength(again ? 2 : 1);
  });

  test('not a call that may have done something, unless it is idempotent', async () => {
    const { endpoint, contexts } = scripted(unavailable());
    const once = retry();
    await expect(once(endpoint)('sum', background)).rejects.toThrow('down');
    expect(contexts).toHaveLength(1);
  });

  test('any call that reached nobody', async () => {
    const { endpoint } = scripted(unsent());
    await expect(retry()(endpoint)('sum', background)).resolves.toBe('sum done');
  });

  test('not one that reached nobody after it had reached somebody', async () => {
    const { contexts } = scripted();
    const endpoint: Endpoint<string, string> = (_request, ctx) => {
      contexts.push(ctx);
      const current = ctx.get(attempt);
      if (current !== undefined) current.sent = true;
      return Promise.reject(unsent());
    };
    await expect(retry()(endpoint)('sum', background)).rejects.toThrow('nobody there');
    expect(contexts).toHaveLength(1);
  });

  test('what the client knows to be idempotent', async () => {
    const known = {
      side: 'client',
      transport: 'test',
      service: '',
      method: 'get',
      kind: 'unary',
      idempotent: true,
    } as const;
    const { endpoint, contexts } = scripted(unavailable());
    const client: typeof endpoint = (request, ctx) => {
      const current = ctx.get(attempt);
      if (current !== undefined) current.operation = known;
      return endpoint(request, ctx.with(operation, known));
    };
    await through(fakeClock(), (ctx) => retry()(client)('sum', ctx));
    expect(contexts).toHaveLength(2);
  });

  test('what the caller decides', async () => {
    const { endpoint } = scripted(new ServiceError('aborted', 'conflict'));
    const decide = vi.fn(() => true);
    const again = retry({ isRetryable: decide });
    await through(fakeClock(), (ctx) => again(endpoint)('sum', ctx));
    expect(decide).toHaveBeenCalledWith({
      error: expect.objectContaining({ code: 'aborted' }),
      number: 1,
      idempotent: false,
      unsent: false,
      timedOut: false,
    });
  });
});

describe('the end of the context', () => {
  test('is the end of the tries', async () => {
    const ctx = background.withCancel();
    const endpoint: Endpoint<string, never> = () => {
      ctx.cancel();
      return Promise.reject(unavailable());
    };
    const calls = vi.fn(endpoint);
    await expect(fixed()(calls)('sum', ctx)).rejects.toThrow('down');
    expect(calls).toHaveBeenCalledOnce();
  });

  test('ends a wait', async () => {
    const clock = fakeClock();
    const ctx = createContext({ clock });
    const { endpoint } = scripted(unavailable('first'), unavailable());
    const failed = expect(fixed()(endpoint)('sum', ctx)).rejects.toMatchObject({
      code: 'canceled',
      attempts: [{ number: 1 }],
    });
    await clock.advance(1);
    ctx.cancel();
    await failed;
    expect(clock.pending()).toBe(0);
  });

  test('is not waited for in vain', async () => {
    const clock = fakeClock();
    const ctx = createContext({ clock, timeoutMs: 20 });
    const { endpoint, contexts } = scripted(unavailable());
    await expect(fixed()(endpoint)('sum', ctx)).rejects.toThrow('down');
    expect(contexts).toHaveLength(1);
    ctx[Symbol.dispose]();
    expect(clock.pending()).toBe(0);
  });

  test('keeps every error that came before', async () => {
    const clock = fakeClock();
    const endpoint: Endpoint<string, never> = async (_request, ctx) => {
      if (clock.now() === 0) throw unavailable('first');
      return await new Promise((_resolve, reject) => void ctx.onAbort(reject));
    };
    await expect(
      through(clock, (ctx) => fixed({ timeoutMs: 1000 })(endpoint)('sum', ctx)),
    ).rejects.toMatchObject({
      code: 'deadline_exceeded',
      attempts: [{ number: 1, error: { message: 'first' } }, { number: 2 }],
    });
  });
});

test('a try that takes too long is followed by another, which has its own time', async () => {
  const clock = fakeClock();
  const endpoint: Endpoint<string, string> = (_request, ctx) =>
    clock.now() < 500
      ? new Promise((_resolve, reject) => void ctx.onAbort(reject))
      : Promise.resolve('late');
  const answer = through(clock, (ctx) => fixed({ attemptTimeoutMs: 500 })(endpoint)('sum', ctx));
  await expect(answer).resolves.toBe('late');
});

test('each try knows where the call has been', async () => {
  const seen: string[][] = [];
  const endpoint: Endpoint<string, string> = async (_request, ctx) => {
    const own = ctx.get(trail);
    seen.push([...(own?.tried ?? [])]);
    own?.add(`i${seen.length}`);
    throw unsent();
  };
  await expect(fixed()(endpoint)('sum', background)).rejects.toMatchObject({
    attempts: [{ instance: 'i1' }, { instance: 'i2' }, { instance: 'i3' }],
  });
  expect(seen).toEqual([[], ['i1'], ['i1', 'i2']]);
});

describe('streams', () => {
  async function* failing(after: number, error: unknown): AsyncGenerator<number> {
    for (let i = 0; i < after; i++) yield i;
    throw error;
  }

  async function read(stream: AsyncIterable<number>): Promise<number[]> {
    const numbers: number[] = [];
    for await (const number of stream) numbers.push(number);
    return numbers;
  }

  test('one that fails before its first message is tried again', async () => {
    const made = [failing(0, unsent()), failing(0, unsent()), failing(2, undefined)];
    const endpoint = vi.fn(async () => made.shift() as AsyncIterable<number>);
    const stream = await fixed()(endpoint)('sum', background);
    const numbers: number[] = [];
    await expect(
      (async () => {
        for await (const number of stream) numbers.push(number);
      })(),
    ).rejects.toBeUndefined();
    expect(numbers).toEqual([0, 1]);
    expect(endpoint).toHaveBeenCalledTimes(3);
  });

  test('one that has brought a message is not', async () => {
    const error = unsent();
    const endpoint = vi.fn(async () => failing(1, error));
    const stream = await fixed()(endpoint)('sum', background);
    await expect(read(stream)).rejects.toBe(error);
    expect(endpoint).toHaveBeenCalledOnce();
  });

  test('a reader that leaves closes the stream that it reads', async () => {
    const closed = vi.fn();
    async function* endless(): AsyncGenerator<number> {
      try {
        for (;;) yield 1;
      } finally {
        closed();
      }
    }
    const made = [failing(0, unsent()), endless()];
    const endpoint = async () => made.shift() as AsyncIterable<number>;
    for await (const _ of await fixed()(endpoint)('sum', background)) break;
    expect(closed).toHaveBeenCalledOnce();
  });

  test('a call that sends one is never tried again', async () => {
    const endpoint = vi.fn(() => Promise.reject(unsent()));
    await expect(fixed()(endpoint)(failing(1, 0), background)).rejects.toThrow('nobody there');
    expect(endpoint).toHaveBeenCalledOnce();
  });

  test('the time of a try is that of its whole stream', async () => {
    const clock = fakeClock();
    const endpoint: Endpoint<string, AsyncIterable<number>> = async (_request, ctx) => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((_resolve, reject) => void ctx.onAbort(reject)),
      }),
    });
    const stream = await fixed({ attempts: 1, attemptTimeoutMs: 100 })(endpoint)(
      'sum',
      createContext({ clock }),
    );
    const failed = expect(read(stream)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await clock.advance(100);
    await failed;
    expect(clock.pending()).toBe(0);
  });
});

describe('the budget', () => {
  test('is shared by all that one retry decorates', async () => {
    const clock = fakeClock();
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.3, clock });
    const once = fixed({ budget });
    const calls = vi.fn(() => Promise.reject(unsent()));
    for (const endpoint of [once(calls), once(calls), once(calls)]) {
      await endpoint('sum', background).catch(() => {});
    }
    expect(calls).toHaveBeenCalledTimes(3 + 3);
  });

  test.each([0.0001, 0.01, 0.2, 0.5, 0.9999, 2])(
    'grants %d of the calls, and the reserve',
    (ratio) => {
      const budget = retryBudget({ ratio, minPerSecond: 1, clock: fakeClock() });
      for (let i = 0; i < 10_000; i++) budget.deposit();
      let granted = 0;
      while (budget.withdraw()) granted++;
      expect(Math.abs(granted - (10_000 * ratio + 10))).toBeLessThanOrEqual(1);
    },
  );

  test('forgets what is older than the window', async () => {
    const clock = fakeClock();
    const budget = retryBudget({ ratio: 1, minPerSecond: 0, clock });
    for (let i = 0; i < 5; i++) budget.deposit();
    await clock.advance(9_000);
    expect(budget.withdraw()).toBe(true);
    await clock.advance(2_000);
    expect(budget.withdraw()).toBe(false);
    await clock.advance(50_000);
    budget.deposit();
    expect(budget.withdraw()).toBe(true);
    expect(budget.withdraw()).toBe(false);
  });

  test('keeps a service that fails altogether from more than 1.21 times its load', async () => {
    const clock = fakeClock();
    const budget = retryBudget({ clock });
    const calls = vi.fn(() => Promise.reject(unsent()));
    const endpoint = fixed({ attempts: 4, budget })(calls);
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 1000; i++) void endpoint('sum', background).catch(() => {});
      await clock.advance(1000);
    }
    expect(calls.mock.calls.length / 10_000).toBeLessThan(1.213);
    expect(calls.mock.calls.length / 10_000).toBeGreaterThan(1.2);
  });
});

test('wrong options are refused by name', () => {
  expect(() => retry({ attempts: 0 })).toThrow('attempts must be a whole number of at least 1');
  expect(() => retryBudget({ ratio: -1 })).toThrow('ratio must be');
});
