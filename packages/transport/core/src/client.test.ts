import {
  type Attempt,
  attempt,
  background,
  type Context,
  contextKey,
  createContext,
  type Endpoint,
  type Middleware,
  type Operation,
  operation,
  ServiceError,
} from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { type ClientOptions, type ClientStages, clientLifecycle } from './client.ts';
import type { ClientCall, Outcome } from './hooks.ts';

type Stage =
  | 'encode'
  | 'before 1'
  | 'before 2'
  | 'send'
  | 'after 1'
  | 'after 2'
  | 'decode'
  | 'onError'
  | 'finalize 1'
  | 'finalize 2';

const target: Operation = {
  side: 'client',
  transport: 'fake',
  service: 'Test',
  method: 'Double',
  kind: 'unary',
  idempotent: false,
};
const metadata = { get: () => undefined, set: () => {} };
const outgoing: ClientCall = {
  operation: target,
  requestMetadata: metadata,
  responseMetadata: metadata,
};

/** How many hooks of a kind have run in this call; each leaves its number for the next. */
const hooksRun = contextKey<number>('hooks run');

interface FakeClientOptions<Res> extends ClientOptions {
  readonly response?: (ctx: Context) => Res;
}

/** The smallest binding there is, which writes down what happens. `at` is what else a stage does. */
function fakeClient<Res = number>(
  at: Partial<Record<Stage, () => unknown>> = {},
  { response, ...options }: FakeClientOptions<Res> = {},
) {
  const clock = fakeClock();
  const trace: Stage[] = [];
  const errors: unknown[] = [];
  const outcomes: Outcome[] = [];
  const calls: (ClientCall | undefined)[] = [];
  const contexts: Context[] = [];
  const sentWith: Context[] = [];

  function step<T>(stage: Stage, value: T): T | Promise<T> {
    trace.push(stage);
    const effect = at[stage]?.();
    return effect instanceof Promise ? effect.then(() => value) : value;
  }
  const before = (n: 1 | 2) => (ctx: Context) => step(`before ${n}`, ctx.with(hooksRun, n));
  const finalize = (n: 1 | 2) => (ctx: Context, call: ClientCall | undefined, outcome: Outcome) => {
    calls.push(call);
    contexts.push(ctx);
    outcomes.push(outcome);
    return step(`finalize ${n}`, undefined);
  };

  const stages: ClientStages<ClientCall, number, Res, number> = {
    encode: () => step('encode', outgoing),
    async send(_, ctx) {
      sentWith.push(ctx);
      return await step('send', 42);
    },
    // Sound: a test that asks for another response than a number brings it.
    decode: (reply, _, ctx) => step('decode', response?.(ctx) ?? (reply as Res)),
    status: (call, error) => (error === undefined ? 200 : call === undefined ? 0 : 500),
  };
  const endpoint = clientLifecycle(
    target,
    stages,
    {
      before: [before(1), before(2)],
      after: [() => step('after 1', undefined), () => step('after 2', undefined)],
      onError: (error) => {
        errors.push(error);
        return step('onError', undefined);
      },
      finalize: [finalize(1), finalize(2)],
    },
    options,
  );
  return { clock, trace, errors, outcomes, calls, contexts, sentWith, endpoint };
}

const whole: readonly Stage[] = [
  'encode',
  'before 1',
  'before 2',
  'send',
  'after 1',
  'after 2',
  'decode',
];
const ending: readonly Stage[] = ['finalize 1', 'finalize 2'];
/** The stages up to one of them, that one included. */
const upTo = (stage: Stage): Stage[] => whole.slice(0, whole.indexOf(stage) + 1);

const broken = new Error('getaddrinfo ENOTFOUND db.internal');
const hungUp = new ServiceError('canceled', 'the caller left');
const ok: Outcome = { status: 200, error: undefined };

function raise(error: unknown): never {
  throw error;
}

describe('clientLifecycle', () => {
  it('runs the stages in order and answers', async () => {
    const client = fakeClient();

    await expect(client.endpoint(21, background)).resolves.toBe(42);

    expect(client.trace).toEqual([...whole, ...ending]);
    expect(client.outcomes).toEqual([ok, ok]);
    expect(client.calls).toEqual([outgoing, outgoing]);
    expect(client.errors).toEqual([]);
  });

  it('waits for each hook and each stage before the next', async () => {
    let running = 0;
    const alone = async () => {
      running += 1;
      await Promise.resolve();
      expect(running).toBe(1);
      running -= 1;
    };
    const client = fakeClient(Object.fromEntries([...whole, ...ending].map((s) => [s, alone])));

    await expect(client.endpoint(21, background)).resolves.toBe(42);
    expect(client.trace).toEqual([...whole, ...ending]);
  });

  it('sends with the context of the last hook, and hands that to finalize', async () => {
    const client = fakeClient();
    await client.endpoint(21, background);

    expect(client.sentWith[0]?.get(hooksRun)).toBe(2);
    expect(client.sentWith[0]?.get(operation)).toBe(target);
    expect(client.contexts.map((ctx) => ctx.get(hooksRun))).toEqual([2, 2]);
  });

  it('can be called many times at once, each call on its own', async () => {
    const client = fakeClient({ send: () => Promise.resolve() });
    const calls = Array.from({ length: 10 }, () => client.endpoint(21, background));

    await expect(Promise.all(calls)).resolves.toEqual(Array(10).fill(42));
    expect(client.outcomes).toHaveLength(20);
  });

  describe.each([
    ['throws', (error: unknown) => () => raise(error)],
    ['rejects', (error: unknown) => async () => raise(error)],
  ] as const)('when a stage %s', (_how, fault) => {
    it.each(whole)('goes from %s to the end', async (stage) => {
      const client = fakeClient({ [stage]: fault(broken) });
      const call = client.endpoint(21, background);

      await expect(call).rejects.toBeInstanceOf(ServiceError);
      await expect(call).rejects.toMatchObject({ code: 'internal', cause: broken });
      expect(client.trace).toEqual([...upTo(stage), 'onError', ...ending]);
      expect(client.errors).toEqual([broken]);
    });

    it('tells finalize why, with the status and without a call where there was none', async () => {
      const early = fakeClient({ encode: fault(broken) });
      const late = fakeClient({ decode: fault(broken) });
      await early.endpoint(21, background).catch(() => {});
      await late.endpoint(21, background).catch(() => {});

      expect(early.calls).toEqual([undefined, undefined]);
      expect(early.outcomes[0]).toMatchObject({ status: 0, error: { cause: broken } });
      expect(late.calls).toEqual([outgoing, outgoing]);
      expect(late.outcomes[0]).toMatchObject({ status: 500, error: { cause: broken } });
    });

    it('hands finalize the last context that there was', async () => {
      const client = fakeClient({ 'before 2': fault(broken) });
      await client.endpoint(21, background).catch(() => {});

      expect(client.contexts.map((ctx) => ctx.get(hooksRun))).toEqual([1, 1]);
    });

    it('rejects with the ServiceError that a reply carries', async () => {
      const notFound = new ServiceError('not_found', 'no such thing');
      const client = fakeClient({ decode: fault(notFound) });

      await expect(client.endpoint(21, background)).rejects.toBe(notFound);
      expect(client.outcomes[0]?.error).toBe(notFound);
    });

    it('drops what onError throws', async () => {
      const client = fakeClient({ send: fault(broken), onError: fault(new Error('observer')) });

      await expect(client.endpoint(21, background)).rejects.toMatchObject({ cause: broken });
      await client.clock.advance(0);
      expect(client.trace).toEqual([...upTo('send'), 'onError', ...ending]);
    });

    it('shows onError what finalize throws, and answers all the same', async () => {
      const client = fakeClient({ 'finalize 1': fault(broken) });

      await expect(client.endpoint(21, background)).resolves.toBe(42);
      expect(client.trace).toEqual([...whole, 'finalize 1', 'onError', 'finalize 2']);
      expect(client.errors).toEqual([broken]);
    });
  });

  describe('when the caller cancels', () => {
    it.each(whole.slice(0, -1))('during %s, runs nothing after it', async (stage) => {
      const client = fakeClient({ [stage]: async () => ctx.cancel(hungUp) });
      const ctx = createContext({ clock: client.clock });

      await expect(client.endpoint(21, ctx)).rejects.toBe(hungUp);
      expect(client.trace).toEqual([...upTo(stage), 'onError', ...ending]);
    });

    it('during decode, hands on the response that is there', async () => {
      const client = fakeClient({ decode: async () => ctx.cancel(hungUp) });
      const ctx = createContext({ clock: client.clock });

      await expect(client.endpoint(21, ctx)).resolves.toBe(42);
    });

    it('before the call, sends nothing and does not even encode', async () => {
      const client = fakeClient();
      const ctx = createContext({ clock: client.clock });
      ctx.cancel(hungUp);

      await expect(client.endpoint(21, ctx)).rejects.toBe(hungUp);
      expect(client.trace).toEqual(['onError', ...ending]);
      expect(client.calls).toEqual([undefined, undefined]);
    });
  });

  describe('with a timeout', () => {
    /** A send that waits until its context ends, as every transport must. */
    function hanging(options: ClientOptions = {}) {
      const clock = fakeClock();
      const deadlines: (number | undefined)[] = [];
      const stages: ClientStages<ClientCall, number, number, number> = {
        encode: () => outgoing,
        send: (_, ctx) =>
          new Promise((_resolve, reject) => {
            deadlines.push(ctx.deadline);
            ctx.onAbort(reject);
          }),
        decode: (reply) => reply,
        status: () => 0,
      };
      const endpoint = clientLifecycle(target, stages, {}, options);
      return { clock, deadlines, endpoint };
    }

    it('gives up after ten seconds where nobody said', async () => {
      const { clock, endpoint } = hanging();
      const outcome = vi.fn();
      endpoint(1, createContext({ clock })).catch(outcome);

      await clock.advance(9_999);
      expect(outcome).not.toHaveBeenCalled();
      await clock.advance(1);
      expect(outcome).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ code: 'deadline_exceeded' }),
      );
      expect(clock.pending()).toBe(0);
    });

    it('gives up after the time that it was told', async () => {
      const { clock, endpoint } = hanging({ timeoutMs: 250 });
      const call = endpoint(1, createContext({ clock }));
      call.catch(() => {});
      await clock.advance(250);

      await expect(call).rejects.toMatchObject({ code: 'deadline_exceeded' });
    });

    it("keeps the caller's own deadline where that is sooner", async () => {
      const { clock, deadlines, endpoint } = hanging();
      const call = endpoint(1, createContext({ clock, timeoutMs: 30 }));
      call.catch(() => {});
      await clock.advance(30);

      await expect(call).rejects.toMatchObject({ code: 'deadline_exceeded' });
      expect(deadlines).toEqual([30]);
    });

    it('sends its own deadline where the caller has a later one', async () => {
      const { clock, deadlines, endpoint } = hanging({ timeoutMs: 250 });
      endpoint(1, createContext({ clock, timeoutMs: 60_000 })).catch(() => {});
      await clock.advance(250);

      expect(deadlines).toEqual([250]);
    });

    it('of Infinity waits for ever', async () => {
      const { clock, deadlines, endpoint } = hanging({ timeoutMs: Number.POSITIVE_INFINITY });
      const outcome = vi.fn();
      endpoint(1, createContext({ clock })).catch(outcome);
      await clock.advance(86_400_000);

      expect(outcome).not.toHaveBeenCalled();
      expect(deadlines).toEqual([undefined]);
    });

    it('that is over already sends nothing', async () => {
      const { clock, deadlines, endpoint } = hanging();
      const ctx = createContext({ clock, timeoutMs: 0 });

      await expect(endpoint(1, ctx)).rejects.toMatchObject({ code: 'deadline_exceeded' });
      expect(deadlines).toEqual([]);
    });

    it.each([Number.NaN, -1, '50'])('of %o is refused where it is written', (timeoutMs) => {
      // The caller may be JavaScript.
      expect(() => hanging({ timeoutMs: timeoutMs as number })).toThrow(/^timeoutMs must be/);
    });

    it.each(['well', 'badly'])('leaves no timer behind when it ends %s', async (how) => {
      const fault = how === 'badly' ? () => raise(broken) : undefined;
      const client = fakeClient(fault && { 'after 2': fault }, {
        response: (ctx) => ctx.signal.aborted,
      });
      await client.endpoint(21, createContext({ clock: client.clock })).catch(() => {});

      expect(client.clock.pending()).toBe(0);
    });
  });

  describe('with a middleware of its own', () => {
    it('runs it around the whole call, where the context knows the operation', async () => {
      const seen: unknown[] = [];
      const watching: Middleware = (next) => async (request, ctx) => {
        seen.push(ctx.get(operation), [...client.trace]);
        const response = await next(request, ctx);
        seen.push([...client.trace]);
        return response;
      };
      const client = fakeClient({}, { middleware: watching });
      await client.endpoint(21, background);

      expect(seen).toEqual([target, [], [...whole, ...ending]]);
    });

    it('lets it call more than once', async () => {
      const twice: Middleware = (next) => (request, ctx) =>
        next(request, ctx).catch(() => next(request, ctx));
      const fault = vi.fn(() => {}).mockImplementationOnce(() => raise(broken));
      const client = fakeClient({ send: fault }, { middleware: twice });

      await expect(client.endpoint(21, background)).resolves.toBe(42);
      expect(client.outcomes).toHaveLength(4);
    });
  });

  describe('with a stream as the response', () => {
    async function* counted(ctx: Context, failAt?: number): AsyncGenerator<number> {
      for (let n = 1; n <= 3; n++) {
        ctx.throwIfAborted();
        if (n === failAt) throw broken;
        yield n;
      }
    }
    const read = async (stream: AsyncIterable<number>, upTo = 3): Promise<number[]> => {
      const messages: number[] = [];
      for await (const n of stream) {
        messages.push(n);
        if (n === upTo) break;
      }
      return messages;
    };
    type Streaming = Endpoint<number, AsyncIterable<number>>;

    it('is over when the stream is, and not before', async () => {
      const client = fakeClient({}, { response: (ctx) => counted(ctx) });
      const endpoint: Streaming = client.endpoint;
      const stream = await endpoint(21, background);
      expect(client.trace).toEqual(whole);

      await expect(read(stream, 4)).resolves.toEqual([1, 2, 3]);
      await client.clock.advance(0);
      expect(client.trace).toEqual([...whole, ...ending]);
      expect(client.outcomes).toEqual([ok, ok]);
    });

    it('is over when the reader turns away', async () => {
      const client = fakeClient({}, { response: (ctx) => counted(ctx) });
      await expect(read(await client.endpoint(21, background), 2)).resolves.toEqual([1, 2]);
      await client.clock.advance(0);

      expect(client.trace).toEqual([...whole, ...ending]);
      expect(client.outcomes).toEqual([ok, ok]);
    });

    it('fails with a ServiceError, which onError sees first as it was', async () => {
      const client = fakeClient({}, { response: (ctx) => counted(ctx, 2) });
      const reading = read(await client.endpoint(21, background));

      await expect(reading).rejects.toBeInstanceOf(ServiceError);
      await client.clock.advance(0);
      expect(client.errors).toEqual([broken]);
      expect(client.trace).toEqual([...whole, 'onError', ...ending]);
      expect(client.outcomes[0]).toMatchObject({ status: 500, error: { cause: broken } });
    });

    it('ends with the call: the caller can still cancel it', async () => {
      const client = fakeClient({}, { response: (ctx) => counted(ctx) });
      const ctx = createContext({ clock: client.clock });
      const stream = await client.endpoint(21, ctx);
      ctx.cancel(hungUp);

      await expect(read(stream)).rejects.toBe(hungUp);
    });

    it('ends at the deadline of the call, and leaves no timer behind', async () => {
      const client = fakeClient(
        {},
        {
          timeoutMs: 100,
          response: (ctx) => {
            ctx.onAbort(() => {});
            return counted(ctx);
          },
        },
      );
      const stream = await client.endpoint(21, createContext({ clock: client.clock }));
      expect(client.clock.pending()).toBe(1);
      await client.clock.advance(100);

      await expect(read(stream)).rejects.toMatchObject({ code: 'deadline_exceeded' });
      expect(client.clock.pending()).toBe(0);
    });
  });

  describe('under an attempt', () => {
    const newAttempt = (): Attempt => ({ number: 2, operation: undefined, sent: false });

    it('says what is called, and that it went out', async () => {
      const client = fakeClient();
      const current = newAttempt();
      await client.endpoint(21, background.with(attempt, current));

      expect(current).toEqual({ number: 2, operation: { ...target, attempt: 2 }, sent: true });
    });

    it('says that it did not go out where it reached nobody', async () => {
      const nobody = new ServiceError('unavailable', 'nobody there', { unsent: true });
      const client = fakeClient({ send: () => Promise.reject(nobody) });
      const current = newAttempt();
      const called = client.endpoint(21, background.with(attempt, current));

      await expect(called).rejects.toBe(nobody);
      expect(current.sent).toBe(false);
    });

    it('takes nothing back of what went out before', async () => {
      const nobody = new ServiceError('unavailable', 'nobody there', { unsent: true });
      const client = fakeClient({ send: () => Promise.reject(nobody) });
      const current: Attempt = { ...newAttempt(), sent: true };
      await client.endpoint(21, background.with(attempt, current)).catch(() => {});

      expect(current.sent).toBe(true);
    });
  });
});
