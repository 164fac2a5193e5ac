import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { abortable } from './abortable.ts';
import { createContext } from './call-context.ts';
import { ServiceError } from './service-error.ts';
import { settle } from './settle.ts';

const hungUp = new ServiceError('canceled', 'the peer hung up');

/** A promise that settles when the test says so. */
function held<T>() {
  let resolve = (_: T): void => {};
  let reject = (_: unknown): void => {};
  const promise = new Promise<T>((...settlers) => {
    [resolve, reject] = settlers;
  });
  return { promise, resolve, reject };
}

describe('abortable', () => {
  it('has the outcome of work that is done in time', async () => {
    using ctx = createContext();
    const error = new Error('failed');

    await expect(abortable(Promise.resolve(1), ctx)).resolves.toBe(1);
    await expect(abortable(Promise.reject(error), ctx)).rejects.toBe(error);
  });

  it('rejects with the error of the context as soon as that ends', async () => {
    using ctx = createContext();
    const call = abortable(new Promise(() => {}), ctx);

    ctx.cancel(hungUp);

    await expect(call).rejects.toBe(hungUp);
  });

  it('rejects where the context has ended already', async () => {
    using ctx = createContext();
    ctx.cancel(hungUp);

    await expect(abortable(Promise.resolve(1), ctx)).rejects.toBe(hungUp);
  });

  it.each(['resolves', 'rejects'])('keeps no timer when the work %s', async (how) => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 10 });
    const work = how === 'resolves' ? Promise.resolve() : Promise.reject(new Error('failed'));
    const call = abortable(work, ctx);
    expect(clock.pending()).toBe(1);

    await call.catch(() => {});

    expect(clock.pending()).toBe(0);
  });

  it('drops what the work throws too late, without an unhandled rejection', async () => {
    const clock = fakeClock();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    using ctx = createContext();
    const work = held<void>();
    const call = abortable(work.promise, ctx);
    ctx.cancel(hungUp);
    await expect(call).rejects.toBe(hungUp);

    work.reject(new Error('too late'));
    await clock.advance(0);
    process.off('unhandledRejection', unhandled);

    expect(unhandled).not.toHaveBeenCalled();
  });

  it('closes a stream that comes too late, so that whoever waits for its end is told', async () => {
    using ctx = createContext();
    const work = held<AsyncIterable<number>>();
    const settled = new Promise((resolve) => {
      abortable(settle(work.promise, resolve), ctx).catch(() => {});
    });
    ctx.cancel(hungUp);

    work.resolve(
      (async function* () {
        yield 1;
      })(),
    );

    await expect(settled).resolves.toEqual({ error: undefined, abandoned: true });
  });

  describe('tells once that all is over', () => {
    function watched<T>() {
      const ctx = createContext();
      const work = held<T>();
      const onSettled = vi.fn();
      return { ctx, work, onSettled, call: abortable(work.promise, ctx, onSettled) };
    }

    it('when the work is done', async () => {
      const { work, onSettled, call, ctx } = watched<number>();
      expect(onSettled).not.toHaveBeenCalled();
      work.resolve(1);
      await expect(call).resolves.toBe(1);
      ctx.cancel(hungUp);
      expect(onSettled).toHaveBeenCalledOnce();
    });

    it('when the work has failed', async () => {
      const { work, onSettled, call } = watched<number>();
      work.reject(hungUp);
      await expect(call).rejects.toBe(hungUp);
      expect(onSettled).toHaveBeenCalledOnce();
    });

    it.each(['resolve', 'reject'] as const)(
      'when the context ends before a late %s',
      async (end) => {
        const { work, onSettled, call, ctx } = watched<unknown>();
        ctx.cancel(hungUp);
        expect(onSettled).toHaveBeenCalledOnce();
        await expect(call).rejects.toBe(hungUp);
        work[end]('late');
        await work.promise.catch(() => {});
        expect(onSettled).toHaveBeenCalledOnce();
      },
    );

    it('at the end of a stream', async () => {
      const { work, onSettled, call } = watched<AsyncIterable<number>>();
      work.resolve(
        (async function* () {
          yield 1;
          expect(onSettled).not.toHaveBeenCalled();
        })(),
      );
      const read: number[] = [];
      for await (const n of await call) read.push(n);
      expect(read).toEqual([1]);
      expect(onSettled).toHaveBeenCalledOnce();
    });
  });
});
