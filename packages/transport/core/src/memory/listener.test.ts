import { background, type Context, createContext, type ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { createMemoryClient } from './client.ts';
import { createMemoryServer } from './listener.ts';
import { memoryHandler } from './server.ts';

/** A server with one call in flight, which `answer` answers. */
async function busy() {
  const clock = fakeClock();
  const ends: ServiceError[] = [];
  const finalized: (string | undefined)[] = [];
  let answer: (value: string) => void = () => {};
  const wait = memoryHandler(
    (_: undefined, ctx: Context) => {
      ctx.onAbort((error) => ends.push(error));
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    },
    { finalize: [(_ctx, _call, { error }) => void finalized.push(error?.code)] },
  );
  const server = createMemoryServer({ wait }, { clock });
  const remote = createMemoryClient(server).endpoint('wait', { timeoutMs: Infinity });
  const outcome = remote(undefined, createContext({ clock })).catch((error: unknown) => error);
  await clock.advance(0);
  return { clock, server, remote, outcome, ends, finalized, answer: () => answer('done') };
}

describe('closing a server in memory', () => {
  it('refuses new calls at once', async () => {
    const { server, remote, answer } = await busy();
    const closing = server.close();
    await expect(remote(undefined, background)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the server is closed',
    });
    answer();
    await closing;
  });

  it('waits for the calls in flight, and stops its timer then', async () => {
    const { clock, server, outcome, finalized, answer } = await busy();
    let closed = false;
    const closing = server.close({ graceMs: 100 }).then(() => {
      closed = true;
    });
    await clock.advance(99);
    expect(closed).toBe(false);
    answer();
    await closing;
    expect(await outcome).toBe('done');
    expect(finalized).toEqual([undefined]);
    expect(clock.pending()).toBe(0);
  });

  it('cuts off what is still in flight after the grace', async () => {
    const { clock, server, outcome, ends } = await busy();
    const closing = server.close({ graceMs: 100 });
    await clock.advance(100);
    await closing;
    expect(await outcome).toMatchObject({ code: 'unavailable', message: 'the server was closed' });
    expect(ends).toMatchObject([{ code: 'canceled' }]);
    expect(clock.pending()).toBe(0);
  });

  it('cuts it off sooner when it is called again with less', async () => {
    const { clock, server, outcome } = await busy();
    const closing = server.close({ graceMs: Infinity });
    void server.close({ graceMs: 50 });
    void server.close();
    await clock.advance(50);
    await closing;
    expect(await outcome).toMatchObject({ code: 'unavailable' });
    expect(clock.pending()).toBe(0);
  });

  it('waits for ever with a grace without end', async () => {
    const { clock, server, ends, answer } = await busy();
    const closing = server.close({ graceMs: Infinity });
    await clock.advance(1e9);
    expect(ends).toEqual([]);
    answer();
    await closing;
  });

  it('is done at once where nothing is in flight, and may be repeated', async () => {
    const clock = fakeClock();
    const server = createMemoryServer({}, { clock });
    await server.close();
    await server[Symbol.asyncDispose]();
    expect(clock.pending()).toBe(0);
  });

  it('refuses a grace that is no number of milliseconds', () => {
    expect(() => createMemoryServer({}).close({ graceMs: -1 })).toThrow(RangeError);
  });
});

describe('a server in memory', () => {
  it('serves a service whose methods throw synchronously', async () => {
    const server = createMemoryServer({
      fail: (): Promise<string> => {
        throw new Error('at once');
      },
    });
    await expect(createMemoryClient(server).service().fail({}, background)).rejects.toMatchObject({
      code: 'internal',
      message: 'internal error',
    });
  });

  it('may be a client of another one, which ends with it', async () => {
    const clock = fakeClock();
    let last: Context | undefined;
    const back = createMemoryServer({
      hang: (_: undefined, ctx: Context) => {
        last = ctx;
        ctx.onAbort(() => {});
        return new Promise<never>(() => {});
      },
    });
    const front = createMemoryServer(createMemoryClient(back).service());
    const { hang } = createMemoryClient(front).service();
    const ctx = createContext({ clock, timeoutMs: 5000 });
    const outcome = hang(undefined, ctx).catch((error: unknown) => error);
    await clock.advance(1000);
    expect(last?.remainingMs()).toBe(4000);
    ctx.cancel();
    expect(await outcome).toMatchObject({ code: 'canceled' });
    expect(last?.error?.code).toBe('canceled');
    await clock.advance(0);
    expect(clock.pending()).toBe(0);
  });
});
