import { getEventListeners } from 'node:events';
import {
  background,
  type Context,
  contextKey,
  createContext,
  type Middleware,
  type Operation,
  operation,
  ServiceError,
} from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../hooks.ts';
import { createMemoryClient } from './client.ts';
import { createMemoryServer } from './listener.ts';
import { memoryHandler } from './server.ts';

const never = () => new Promise<never>(() => {});

/** What a call rejects with. */
const failureOf = (call: Promise<unknown>): Promise<ServiceError> =>
  call.then(
    () => expect.fail('the call should have failed'),
    (error: ServiceError) => error,
  );

describe('a call in memory', () => {
  it('names the operation on both sides', async () => {
    const seen: (Operation | undefined)[] = [];
    const find = memoryHandler(
      async (_id: number, ctx: Context) => void seen.push(ctx.get(operation)),
      { idempotent: true, kind: 'unary' },
    );
    const server = createMemoryServer({ find }, { service: 'profiles' });
    const middleware: Middleware = (next) => (request, ctx) => {
      seen.push(ctx.get(operation));
      return next(request, ctx);
    };
    const remote = createMemoryClient(server).endpoint('find', { middleware });
    await remote(7, background);
    const common = {
      transport: 'memory',
      service: 'profiles',
      method: 'find',
      kind: 'unary',
      idempotent: true,
    };
    expect(seen).toEqual([
      { side: 'client', ...common },
      { side: 'server', ...common },
    ]);
  });

  it('keeps the values of the caller’s context from the server', async () => {
    const user = contextKey<string>('user');
    const server = createMemoryServer({
      whoami: async (_: undefined, ctx: Context) => ctx.get(user) ?? 'nobody',
    });
    const { whoami } = createMemoryClient(server).service();
    expect(await whoami(undefined, background.with(user, 'ada'))).toBe('nobody');
  });

  it('gives the server the time that is left, on the caller’s clock', async () => {
    const clock = fakeClock(1000);
    const server = createMemoryServer({
      time: async (_: undefined, ctx: Context) => ({
        remainingMs: ctx.remainingMs(),
        own: ctx.clock === clock,
      }),
    });
    const { time } = createMemoryClient(server).service();
    using ctx = createContext({ clock, timeoutMs: 500 });
    await clock.advance(200);
    expect(await time(undefined, ctx)).toEqual({ remainingMs: 300, own: true });
  });

  it('keeps the server’s time on a clock of its own where it has one', async () => {
    const clock = fakeClock(50_000);
    const server = createMemoryServer(
      { time: async (_: undefined, ctx: Context) => [ctx.clock === clock, ctx.deadline] },
      { clock },
    );
    const { time } = createMemoryClient(server).service();
    using ctx = createContext({ clock: fakeClock(), timeoutMs: 500 });
    expect(await time(undefined, ctx)).toEqual([true, 50_500]);
  });

  it('ends on both sides at the deadline', async () => {
    const clock = fakeClock();
    const outcomes: Outcome[] = [];
    const server = createMemoryServer({
      hang: memoryHandler(never, {
        finalize: [(_ctx, _call, outcome) => void outcomes.push(outcome)],
      }),
    });
    const { hang } = createMemoryClient(server).service();
    const failure = failureOf(hang(undefined, createContext({ clock, timeoutMs: 100 })));
    await clock.advance(99);
    expect(outcomes).toEqual([]);
    await clock.advance(1);
    expect((await failure).code).toBe('deadline_exceeded');
    expect(outcomes).toMatchObject([{ status: 4, error: { code: 'deadline_exceeded' } }]);
    expect(clock.pending()).toBe(0);
  });

  it('keeps the reason of a caller who cancels from the server', async () => {
    const clock = fakeClock();
    const outcomes: Outcome[] = [];
    let ended: unknown;
    const server = createMemoryServer({
      hang: memoryHandler(
        (_: undefined, ctx: Context) =>
          new Promise<never>((_resolve, reject) => {
            ctx.onAbort((error) => {
              ended = error;
              reject(error);
            });
          }),
        { finalize: [(_ctx, _call, outcome) => void outcomes.push(outcome)] },
      ),
    });
    const { hang } = createMemoryClient(server).service();
    const ctx = createContext({ clock });
    const failure = failureOf(hang(undefined, ctx));
    await clock.advance(0);
    const reason = new ServiceError('aborted', 'the user of row 7 left');
    ctx.cancel(reason);
    expect(await failure).toBe(reason);
    await clock.advance(0);
    expect(ended).toMatchObject({ code: 'canceled', message: 'call canceled' });
    expect(ended).not.toHaveProperty('cause');
    expect(outcomes).toMatchObject([{ status: 1, error: { code: 'canceled' } }]);
    expect(clock.pending()).toBe(0);
  });

  it('leaves no timer and no listener behind, however it ends', async () => {
    const clock = fakeClock();
    const controller = new AbortController();
    const server = createMemoryServer({
      work: async (how: 'well' | 'badly', ctx: Context) => {
        ctx.onAbort(() => {});
        if (how === 'badly') throw new Error(how);
      },
    });
    const { work } = createMemoryClient(server).service();
    const ctx = createContext({ clock, signal: controller.signal, timeoutMs: 1000 });
    await work('well', ctx);
    await failureOf(work('badly', ctx));
    await clock.advance(0);
    expect(clock.pending()).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('lets go of a context that a hook has made, and of its timer', async () => {
    const clock = fakeClock();
    const server = createMemoryServer({ work: async () => 'done' });
    const remote = createMemoryClient(server).endpoint('work', {
      before: [(ctx) => ctx.withTimeout(50)],
    });
    await remote(undefined, createContext({ clock }));
    await clock.advance(0);
    expect(clock.pending()).toBe(0);
  });

  it('rebuilds an error without its class, its cause and its stack', async () => {
    class RowError extends ServiceError {
      readonly sql = 'SELECT';
    }
    const thrown = new RowError('not_found', 'no row', {
      cause: new Error('SELECT'),
      retryable: true,
      retryAfterMs: 5,
      details: { id: 7 },
      unsent: true,
    });
    const server = createMemoryServer({
      find: async () => {
        throw thrown;
      },
    });
    const error = await failureOf(createMemoryClient(server).service().find({}, background));
    expect(error).not.toBe(thrown);
    expect(error).not.toBeInstanceOf(RowError);
    expect({ ...error, message: error.message, cause: error.cause }).toEqual({
      code: 'not_found',
      message: 'no row',
      retryable: true,
      retryAfterMs: 5,
      details: { id: 7 },
      // Of the call that failed behind the server, not of this one.
      unsent: false,
      cause: undefined,
    });
    expect(error.stack).not.toBe(thrown.stack);
  });

  it('tells hooks the status as gRPC numbers it', async () => {
    const statuses: number[] = [];
    const finalize = [
      (_ctx: Context, _call: unknown, { status }: Outcome) => void statuses.push(status),
    ];
    const find = memoryHandler(
      async (id: number) => {
        if (id === 0) throw new ServiceError('not_found', 'none');
      },
      { finalize },
    );
    const remote = createMemoryClient(createMemoryServer({ find })).endpoint('find', { finalize });
    await remote(1, background);
    await failureOf(remote(0, background));
    expect(statuses).toEqual([0, 0, 5, 5]);
  });

  it('does not deliver metadata that is set too late', async () => {
    const seen: unknown[] = [];
    const find = memoryHandler(async () => 1, {
      before: [(_ctx, call) => call.responseMetadata.set('x-a', 'in time')],
      finalize: [(_ctx, call) => call.responseMetadata.set('x-a', 'late')],
    });
    await createMemoryClient(createMemoryServer({ find })).endpoint('find', {
      finalize: [(_ctx, call) => void seen.push(call?.responseMetadata.get('X-A'))],
    })(undefined, background);
    expect(seen).toEqual(['in time']);
  });

  it('runs the codecs of both sides around the messages that cross', async () => {
    const crossed: unknown[] = [];
    const day = memoryHandler(async (date: Date) => new Date(date.getTime() + 86_400_000), {
      decode: (text: string) => {
        crossed.push(text);
        return new Date(text);
      },
      encode: async (date) => {
        crossed.push(date.toISOString());
        return date.toISOString();
      },
    });
    const server = createMemoryServer({ day }, { serialisation: 'json' });
    const next = createMemoryClient(server).endpoint('day', {
      encode: async (date: Date) => date.toISOString(),
      decode: (text) => new Date(text),
    });
    expect(await next(new Date(0), background)).toEqual(new Date(86_400_000));
    expect(crossed).toEqual(['1970-01-01T00:00:00.000Z', '1970-01-02T00:00:00.000Z']);
  });

  it('refuses a method that the server has not, where the endpoint is made', () => {
    const client = createMemoryClient(createMemoryServer({ sum: async () => 1 }));
    // @ts-expect-error it has not
    expect(() => client.endpoint('toString')).toThrow(
      'the server has no method toString: its methods are sum',
    );
  });
});

describe('a client in memory', () => {
  it('refuses calls once it is closed, and waits for those in flight', async () => {
    const clock = fakeClock();
    let answer: (value: string) => void = () => {};
    const server = createMemoryServer({
      wait: () => new Promise<string>((resolve) => (answer = resolve)),
    });
    const client = createMemoryClient(server);
    const { wait } = client.service();
    const first = wait(undefined, createContext({ clock }));
    await clock.advance(0);
    let closed = false;
    const closing = client.close().then(() => (closed = true));
    expect((await failureOf(wait(undefined, background))).code).toBe('unavailable');
    await clock.advance(0);
    expect(closed).toBe(false);
    answer('done');
    expect(await first).toBe('done');
    await closing;
    await client[Symbol.asyncDispose]();
  });

  it('leaves the server to others when it is closed', async () => {
    const server = createMemoryServer({ one: async () => 1 });
    await createMemoryClient(server).close();
    expect(await createMemoryClient(server).service().one(undefined, background)).toBe(1);
  });
});
