import { background, type Context, createContext, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../hooks.ts';
import { createMemoryClient } from './client.ts';
import { createMemoryServer } from './listener.ts';
import type { Serialisation } from './serialisation.ts';
import { memoryHandler } from './server.ts';

interface Options {
  readonly serialisation?: Serialisation;
}

/** Streams what `messages` makes; says when the stream was closed and how the call ended. */
function streaming<T>(
  messages: (ctx: Context) => AsyncIterable<T>,
  { serialisation = 'none' }: Options = {},
) {
  const outcomes: Outcome[] = [];
  const errors: unknown[] = [];
  const stream = memoryHandler(async (_: undefined, ctx: Context) => messages(ctx), {
    kind: 'server_stream',
    onError: (error) => errors.push(error),
    finalize: [(_ctx, _call, outcome) => void outcomes.push(outcome)],
  });
  const server = createMemoryServer({ stream }, { serialisation });
  return { server, remote: createMemoryClient(server).service().stream, outcomes, errors };
}

async function* three(): AsyncGenerator<{ n: number }> {
  for (const n of [1, 2, 3]) yield { n };
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('a stream of responses in memory', () => {
  it.each<Serialisation>(['none', 'structured', 'json'])(
    'arrives message by message, with serialisation %s',
    async (serialisation) => {
      const clock = fakeClock();
      const { remote, outcomes } = streaming(three, { serialisation });
      const stream = await remote(undefined, createContext({ clock }));
      expect(outcomes).toEqual([]);
      expect(await all(stream)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
      await clock.advance(0);
      expect(outcomes).toEqual([{ status: 0, error: undefined }]);
      expect(clock.pending()).toBe(0);
    },
  );

  it('fails where the server’s does, with the clean form of the error', async () => {
    const { remote, outcomes, errors } = streaming(async function* () {
      yield 1;
      throw new Error('SELECT');
    });
    const stream = (await remote(undefined, background))[Symbol.asyncIterator]();
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    await expect(stream.next()).rejects.toMatchObject({
      code: 'internal',
      message: 'internal error',
    });
    expect(errors).toMatchObject([{ message: 'SELECT' }]);
    expect(outcomes).toMatchObject([{ status: 13 }]);
  });

  it('fails at the message that does not survive', async () => {
    const { remote } = streaming(
      async function* () {
        yield { at: 'noon' };
        yield { at: new Date() };
      },
      { serialisation: 'json' },
    );
    await expect(all(await remote(undefined, background))).rejects.toThrow(
      'response.at does not survive JSON',
    );
  });

  it('is closed on the server when the caller stops reading', async () => {
    const clock = fakeClock();
    let closed = 0;
    const { remote, outcomes } = streaming(async function* () {
      try {
        yield* [1, 2, 3];
      } finally {
        closed++;
      }
    });
    for await (const _ of await remote(undefined, createContext({ clock }))) break;
    await clock.advance(0);
    expect(closed).toBe(1);
    expect(outcomes).toMatchObject([{ error: { code: 'canceled' } }]);
    expect(clock.pending()).toBe(0);
  });

  it('ends when the caller cancels, even where the server’s never goes on', async () => {
    const clock = fakeClock();
    let ended: unknown;
    const { remote, outcomes } = streaming(async function* (serverCtx) {
      serverCtx.onAbort((error) => {
        ended = error;
      });
      yield 1;
      await new Promise(() => {});
    });
    const ctx = createContext({ clock });
    const stream = (await remote(undefined, ctx))[Symbol.asyncIterator]();
    await stream.next();
    const next = stream.next().catch((error: unknown) => error);
    const reason = new ServiceError('aborted', 'enough');
    ctx.cancel(reason);
    expect(await next).toBe(reason);
    await clock.advance(0);
    expect(ended).toMatchObject({ code: 'canceled' });
    expect(outcomes).toMatchObject([{ error: { code: 'canceled' } }]);
    expect(clock.pending()).toBe(0);
  });

  it('ends at the deadline, read or not', async () => {
    const clock = fakeClock();
    const { remote, outcomes } = streaming(three);
    await remote(undefined, createContext({ clock, timeoutMs: 100 }));
    await clock.advance(100);
    expect(outcomes).toMatchObject([{ error: { code: 'deadline_exceeded' } }]);
    expect(clock.pending()).toBe(0);
  });

  it('is cut off by a server that is closed', async () => {
    const { server, remote } = streaming(async function* () {
      yield 1;
      await new Promise(() => {});
    });
    const stream = (await remote(undefined, background))[Symbol.asyncIterator]();
    await stream.next();
    const next = stream.next();
    await Promise.all([
      expect(next).rejects.toMatchObject({ code: 'unavailable' }),
      server.close({ graceMs: 0 }),
    ]);
  });
});

describe('a stream of requests in memory', () => {
  const add = async (numbers: AsyncIterable<number>) => {
    let sum = 0;
    for await (const n of numbers) sum += n;
    return sum;
  };

  it.each<Serialisation>(['none', 'json'])(
    'arrives, with serialisation %s',
    async (serialisation) => {
      const server = createMemoryServer({ add }, { serialisation });
      const remote = createMemoryClient(server).service().add;
      async function* numbers() {
        yield* [1, 2, 3];
      }
      expect(await remote(numbers(), background)).toBe(6);
    },
  );

  it('fails at the message that does not survive', async () => {
    const server = createMemoryServer({ add }, { serialisation: 'json' });
    const remote = createMemoryClient(server).service().add;
    async function* numbers() {
      yield* [1, Number.NaN];
    }
    await expect(remote(numbers(), background)).rejects.toThrow('request does not survive JSON');
  });
});
