import {
  type Context,
  contextKey,
  createContext,
  type Endpoint,
  operation,
  ServiceError,
  settle,
} from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import type { Outcome, ServerCall } from './hooks.ts';
import { type ServerStages, serverLifecycle } from './server.ts';

type Stage =
  | 'before 1'
  | 'before 2'
  | 'decode'
  | 'endpoint'
  | 'after 1'
  | 'after 2'
  | 'encode'
  | 'send'
  | 'onError'
  | 'encodeError'
  | 'abandon'
  | 'finalize 1'
  | 'finalize 2';

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const metadata = { get: () => undefined, set: () => {} };
const call: ServerCall = {
  operation: {
    side: 'server',
    transport: 'fake',
    service: 'Test',
    method: 'Double',
    kind: 'unary',
    idempotent: false,
  },
  requestMetadata: metadata,
  responseMetadata: metadata,
};

/** How many hooks of a kind have run in this call; each leaves its number for the next. */
const hooksRun = contextKey<number>('hooks run');

/** The smallest binding there is, which writes down what happens. `at` is what else a stage does. */
function fakeServer(
  at: Partial<Record<Stage, () => unknown>> = {},
  { endpoint, timeoutMs }: { endpoint?: Endpoint<number, unknown>; timeoutMs?: number } = {},
) {
  const clock = fakeClock();
  const root = createContext({ clock, timeoutMs });
  const trace: Stage[] = [];
  const sent: Reply[] = [];
  const errors: unknown[] = [];
  const outcomes: Outcome[] = [];
  const contexts: Context[] = [];

  function step<T>(stage: Stage, value: T): T | Promise<T> {
    trace.push(stage);
    const effect = at[stage]?.();
    return effect instanceof Promise ? effect.then(() => value) : value;
  }
  const before = (n: 1 | 2) => (ctx: Context) => step(`before ${n}`, ctx.with(hooksRun, n));
  const finalize = (n: 1 | 2) => (ctx: Context, _: ServerCall, outcome: Outcome) => {
    contexts.push(ctx);
    outcomes.push(outcome);
    return step(`finalize ${n}`, undefined);
  };

  const stages: ServerStages<ServerCall, number, unknown, Reply> = {
    decode: () => step('decode', 21),
    encode: (body) => step('encode', { status: 200, body }),
    encodeError: ({ code, message }) =>
      step('encodeError', { status: 500, body: { code, message } }),
    async send(reply) {
      await step('send', undefined);
      sent.push(reply);
      return reply.status;
    },
    abandon() {
      trace.push('abandon');
      return 499;
    },
  };
  const double: Endpoint<number, unknown> = (n, ctx) => {
    const answer = step('endpoint', n * 2);
    return endpoint === undefined ? Promise.resolve(answer) : endpoint(n, ctx);
  };
  const run = serverLifecycle(double, stages, {
    before: [before(1), before(2)],
    after: [() => step('after 1', undefined), () => step('after 2', undefined)],
    // An async observer is taken as well: its promise is nobody's.
    onError: (error) => {
      errors.push(error);
      return step('onError', undefined);
    },
    finalize: [finalize(1), finalize(2)],
  });
  return { clock, root, trace, sent, errors, outcomes, contexts, run: () => run(call, root) };
}

const ending: readonly Stage[] = ['finalize 1', 'finalize 2'];
const untilSend: readonly Stage[] = [
  'before 1',
  'before 2',
  'decode',
  'endpoint',
  'after 1',
  'after 2',
  'encode',
];
/** The stages up to one of them, that one included. */
const upTo = (stage: Stage): Stage[] => untilSend.slice(0, untilSend.indexOf(stage) + 1);

const broken = new Error('SELECT secret FROM /var/lib/db');
const never: Endpoint<unknown, never> = () => new Promise(() => {});

describe('serverLifecycle', () => {
  it('runs the stages in order and answers', async () => {
    const server = fakeServer();
    await server.run();

    expect(server.trace).toEqual([...untilSend, 'send', ...ending]);
    expect(server.sent).toEqual([{ status: 200, body: 42 }]);
    expect(server.outcomes).toEqual(Array(2).fill({ status: 200, error: undefined }));
    expect(server.errors).toEqual([]);
  });

  it('waits for each hook and each stage before the next', async () => {
    let running = 0;
    const alone = async () => {
      running += 1;
      await Promise.resolve();
      expect(running).toBe(1);
      running -= 1;
    };
    const slow = Object.fromEntries(
      [...untilSend, 'send', ...ending].map((stage) => [stage, alone]),
    );
    const server = fakeServer(slow);
    await server.run();

    expect(server.trace).toEqual([...untilSend, 'send', ...ending]);
    expect(server.errors).toEqual([]);
  });

  it('tells hooks and endpoint which operation runs', async () => {
    const seen: unknown[] = [];
    const server = fakeServer(
      {},
      { endpoint: async (_, ctx) => seen.push(ctx.get(operation), ctx.get(hooksRun)) },
    );
    await server.run();

    expect(seen).toEqual([call.operation, 2]);
  });

  it('puts its middleware around the endpoint, inside of decode and encode', async () => {
    const trace: unknown[] = [];
    const tracing = (stage: string) => (value: number) => {
      trace.push(stage);
      return value;
    };
    const run = serverLifecycle<ServerCall, number, number, number>(
      (n, ctx) => {
        tracing(`endpoint of ${ctx.get(operation)?.method}`)(n);
        // An endpoint that throws is lifted before a middleware meets it.
        throw new ServiceError('aborted', 'at once');
      },
      {
        decode: () => tracing('decode')(21),
        encode: tracing('encode'),
        encodeError: ({ code }) => tracing(code)(0),
        send: () => 200,
        abandon: () => 499,
      },
      {
        middleware: (next) => (request, ctx) => {
          trace.push(`middleware of ${ctx.get(operation)?.method}`);
          return next(request, ctx).catch((error: unknown) => {
            trace.push('caught');
            throw error;
          });
        },
      },
    );
    await run(call, createContext());

    expect(trace).toEqual([
      'decode',
      'middleware of Double',
      'endpoint of Double',
      'caught',
      'aborted',
    ]);
  });

  describe.each([
    ['throws', (error: unknown) => () => raise(error)],
    ['rejects', (error: unknown) => async () => raise(error)],
  ] as const)('when a stage %s', (_how, fault) => {
    it.each(untilSend)('goes from %s to the error answer, and no further', async (stage) => {
      const server = fakeServer({ [stage]: fault(broken) });
      await server.run();

      expect(server.trace).toEqual([...upTo(stage), 'onError', 'encodeError', 'send', ...ending]);
      expect(server.outcomes).toEqual(
        Array(2).fill({ status: 500, error: expect.objectContaining({ code: 'internal' }) }),
      );
    });

    it('answers with the error of a send that failed', async () => {
      const failOnce = vi.fn(() => {}).mockImplementationOnce(fault(broken));
      const server = fakeServer({ send: failOnce });
      await server.run();

      const again: Stage[] = ['onError', 'encodeError', 'send'];
      expect(server.trace).toEqual([...untilSend, 'send', ...again, ...ending]);
      expect(server.outcomes[0]).toMatchObject({ status: 500, error: { cause: broken } });
    });

    it.each(['encodeError', 'send'] as const)(
      'abandons the call where %s fails for the error too',
      async (stage) => {
        const second = new Error('second');
        const server = fakeServer({ endpoint: fault(broken), [stage]: fault(second) });
        await server.run();

        const answer: Stage[] = stage === 'send' ? ['encodeError', 'send'] : ['encodeError'];
        expect(server.trace).toEqual([
          ...upTo('endpoint'),
          'onError',
          ...answer,
          'onError',
          'abandon',
          ...ending,
        ]);
        expect(server.errors).toEqual([broken, second]);
        expect(server.sent).toEqual([]);
        // The status of what became of the call, and the error that made it fail.
        expect(server.outcomes[0]).toMatchObject({ status: 499, error: { cause: broken } });
      },
    );

    it('drops what onError throws', async () => {
      const server = fakeServer({ decode: fault(broken), onError: fault(new Error('observer')) });
      await server.run();
      await server.clock.advance(0);

      expect(server.trace).toEqual([
        ...upTo('decode'),
        'onError',
        'encodeError',
        'send',
        ...ending,
      ]);
      expect(server.errors).toEqual([broken]);
    });

    it('shows onError what finalize throws, and runs the rest', async () => {
      const server = fakeServer({ 'finalize 1': fault(broken) });
      await server.run();

      expect(server.trace).toEqual([...untilSend, 'send', 'finalize 1', 'onError', 'finalize 2']);
      expect(server.errors).toEqual([broken]);
      expect(server.outcomes).toEqual(Array(2).fill({ status: 200, error: undefined }));
    });
  });

  it('keeps unknown errors from the caller, and shows onError the original', async () => {
    const server = fakeServer({ endpoint: () => raise(broken) });
    await server.run();

    expect(server.sent[0]?.body).toEqual({ code: 'internal', message: 'internal error' });
    expect(server.errors).toEqual([broken]);
    expect(server.errors[0]).toBe(broken);
  });

  it('answers with a ServiceError as it is', async () => {
    const refused = new ServiceError('permission_denied', 'not yours');
    const server = fakeServer({ 'before 2': () => raise(refused) });
    await server.run();

    expect(server.sent[0]?.body).toEqual({ code: 'permission_denied', message: 'not yours' });
    expect(server.outcomes[0]?.error).toBe(refused);
  });

  it('hands finalize the last context, also after a hook that failed', async () => {
    const whole = fakeServer();
    const halfway = fakeServer({ 'before 2': () => raise(broken) });
    await whole.run();
    await halfway.run();

    expect(whole.contexts.map((ctx) => ctx.get(hooksRun))).toEqual([2, 2]);
    expect(halfway.contexts.map((ctx) => ctx.get(hooksRun))).toEqual([1, 1]);
    expect(whole.contexts[0]?.get(operation)).toBe(call.operation);
  });

  it('goes on with the same context after a hook that returns none', async () => {
    const seen: unknown[] = [];
    const root = createContext();
    const stages: ServerStages<ServerCall, number, number, number> = {
      decode: () => 1,
      encode: (n) => n,
      encodeError: () => 500,
      send: (status) => status,
      abandon: () => 499,
    };
    const run = serverLifecycle(async (n: number) => n, stages, {
      before: [(ctx) => ctx.with(hooksRun, 7), () => {}, async () => {}],
      finalize: [(ctx) => void seen.push(ctx.get(hooksRun))],
    });
    await run(call, root);

    expect(seen).toEqual([7]);
  });

  it('needs no hooks', async () => {
    const sent: unknown[] = [];
    const stages: ServerStages<ServerCall, number, number, unknown> = {
      decode: () => 1,
      encode: (n) => n,
      encodeError: (error) => error.code,
      send: (reply) => sent.push(reply),
      abandon: () => 499,
    };
    await serverLifecycle(async (n: number) => n, stages, {})(call, createContext());
    await serverLifecycle(() => raise(broken), stages, {})(call, createContext());

    expect(sent).toEqual([1, 'internal']);
  });

  describe('when the peer hangs up', () => {
    const hungUp = new ServiceError('canceled', 'the peer hung up');

    it.each(untilSend)('during %s, runs nothing after it and sends nothing', async (stage) => {
      const server = fakeServer({ [stage]: () => server.root.cancel(hungUp) });
      await server.run();

      expect(server.trace).toEqual([...upTo(stage), 'onError', 'abandon', ...ending]);
      expect(server.sent).toEqual([]);
      expect(server.outcomes).toEqual(Array(2).fill({ status: 499, error: hungUp }));
    });

    it.each(untilSend)('during %s with a deadline, does just the same', async (stage) => {
      const server = fakeServer(
        { [stage]: async () => server.root.cancel(hungUp) },
        { timeoutMs: 1000 },
      );
      await server.run();

      expect(server.trace).toEqual([...upTo(stage), 'onError', 'abandon', ...ending]);
      expect(server.clock.pending()).toBe(0);
    });

    it('before the call, runs nothing at all', async () => {
      const server = fakeServer();
      server.root.cancel(hungUp);
      await server.run();

      expect(server.trace).toEqual(['onError', 'abandon', ...ending]);
    });

    it.each(['onError', 'encodeError'] as const)(
      'during %s of another error, sends nothing',
      async (stage) => {
        const server = fakeServer({
          decode: () => raise(broken),
          [stage]: () => server.root.cancel(hungUp),
        });
        await server.run();

        const answer: Stage[] = stage === 'onError' ? ['onError'] : ['onError', 'encodeError'];
        expect(server.trace).toEqual([...upTo('decode'), ...answer, 'abandon', ...ending]);
        expect(server.sent).toEqual([]);
        expect(server.outcomes[0]).toMatchObject({ status: 499, error: { cause: broken } });
      },
    );

    it('does not wait for an endpoint that ignores its context, where there is a deadline', async () => {
      const server = fakeServer({}, { endpoint: never, timeoutMs: 1000 });
      const call = server.run();
      await server.clock.advance(5);
      server.root.cancel(hungUp);
      await call;

      expect(server.trace).toEqual([...upTo('endpoint'), 'onError', 'abandon', ...ending]);
    });

    it('answers when the reason is another one than its going', async () => {
      const draining = new ServiceError('unavailable', 'the server is going down');
      const server = fakeServer({ decode: () => server.root.cancel(draining) });
      await server.run();

      expect(server.sent[0]?.body).toEqual({ code: 'unavailable', message: draining.message });
    });
  });

  describe('when the deadline passes', () => {
    it.each(untilSend)('during %s, runs nothing after it and says so', async (stage) => {
      const server = fakeServer({ [stage]: () => server.clock.advance(100) }, { timeoutMs: 100 });
      await server.run();

      expect(server.trace).toEqual([...upTo(stage), 'onError', 'encodeError', 'send', ...ending]);
      expect(server.sent[0]?.body).toMatchObject({ code: 'deadline_exceeded' });
      expect(server.clock.pending()).toBe(0);
    });

    it('answers in time for an endpoint that ignores its context', async () => {
      const server = fakeServer({}, { endpoint: never, timeoutMs: 100 });
      const call = server.run();
      await server.clock.advance(99);
      expect(server.sent).toEqual([]);
      await server.clock.advance(1);
      await call;

      expect(server.sent).toHaveLength(1);
      expect(server.outcomes[0]).toMatchObject({ error: { code: 'deadline_exceeded' } });
      expect(server.clock.pending()).toBe(0);
    });

    it('before the call arrives, calls neither decode nor endpoint, and says so', async () => {
      const server = fakeServer({}, { timeoutMs: 0 });
      await server.run();

      expect(server.trace).toEqual(['onError', 'encodeError', 'send', ...ending]);
      expect(server.sent[0]?.body).toMatchObject({ code: 'deadline_exceeded' });
    });

    it('makes no unhandled rejection of what the endpoint throws later', async () => {
      const unhandled = vi.fn();
      process.on('unhandledRejection', unhandled);
      const endpoint: Endpoint<number, never> = (_, ctx) =>
        new Promise((_resolve, reject) => {
          ctx.clock.schedule(200, () => reject(broken));
        });
      const server = fakeServer({}, { endpoint, timeoutMs: 100 });
      const call = server.run();
      await server.clock.advance(300);
      await call;
      process.off('unhandledRejection', unhandled);

      expect(unhandled).not.toHaveBeenCalled();
      expect(server.sent).toHaveLength(1);
    });
  });

  describe('at the end', () => {
    it('disposes of the context, after finalize', async () => {
      const during: number[] = [];
      const server = fakeServer(
        { 'finalize 2': () => during.push(server.clock.pending()) },
        {
          timeoutMs: 100,
          endpoint: async (_, ctx) => ctx.signal.aborted,
        },
      );
      await server.run();

      expect(during).toEqual([1]);
      expect(server.clock.pending()).toBe(0);
      server.root.cancel();
      expect(server.root.error).toBeUndefined();
    });

    it('never rejects, whatever is thrown', async () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      for (const thrown of [undefined, null, 'text', proxy]) {
        const server = fakeServer({ endpoint: () => raise(thrown) });

        await expect(server.run()).resolves.toBeUndefined();
        expect(server.outcomes).toHaveLength(2);
      }
    });
  });

  describe('with a stream as the response', () => {
    /** An endpoint that streams, and what was heard of the end of its stream. */
    function streaming(delayMs = 0) {
      const ended: unknown[] = [];
      const endpoint: Endpoint<number, AsyncIterable<number>> = (_, ctx) =>
        settle(
          new Promise((resolve) => {
            const stream = (async function* () {
              yield 1;
            })();
            ctx.clock.schedule(delayMs, () => resolve(stream));
          }),
          ({ abandoned }) => ended.push(abandoned ? 'closed' : 'read'),
        );
      return { ended, endpoint };
    }

    it.each(['after 1', 'encode'] as const)('closes it where %s fails', async (stage) => {
      const { ended, endpoint } = streaming();
      const server = fakeServer({ [stage]: () => raise(broken) }, { endpoint });
      const call = server.run();
      await server.clock.advance(0);
      await call;

      expect(ended).toEqual(['closed']);
    });

    it('closes it where the peer hangs up before it is sent', async () => {
      const { ended, endpoint } = streaming();
      const server = fakeServer({ encode: () => server.root.cancel() }, { endpoint });
      const call = server.run();
      await server.clock.advance(0);
      await call;

      expect(server.sent).toEqual([]);
      expect(ended).toEqual(['closed']);
    });

    it('closes it where it comes after the deadline', async () => {
      const { ended, endpoint } = streaming(200);
      const server = fakeServer({}, { endpoint, timeoutMs: 100 });
      const call = server.run();
      await server.clock.advance(300);
      await call;

      expect(server.sent[0]?.body).toMatchObject({ code: 'deadline_exceeded' });
      expect(ended).toEqual(['closed']);
    });

    it('leaves it to send once that has it', async () => {
      const { ended, endpoint } = streaming();
      const server = fakeServer(
        { send: vi.fn().mockImplementationOnce(() => raise(broken)) },
        { endpoint },
      );
      const call = server.run();
      await server.clock.advance(0);
      await call;

      expect(ended).toEqual([]);
    });
  });
});

function raise(error: unknown): never {
  throw error;
}
