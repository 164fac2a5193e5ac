import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { createContext } from './call-context.ts';
import type { Context } from './context.ts';
import type { Endpoint } from './endpoint.ts';
import { ServiceError } from './service-error.ts';
import { timeout } from './timeout.ts';

const never: Endpoint<unknown, never> = () => new Promise(() => {});

/** The context of a call on a clock that the test moves. */
function testCall(timeoutMs?: number) {
  const clock = fakeClock();
  return { clock, ctx: createContext({ clock, timeoutMs }) };
}

/** An endpoint that answers, or fails, when the test says so. */
function held<Res>() {
  let answer = (_: Res): void => {};
  let fail = (_: unknown): void => {};
  const endpoint: Endpoint<unknown, Res> = () =>
    new Promise((resolve, reject) => {
      answer = resolve;
      fail = reject;
    });
  return { endpoint, answer: (res: Res) => answer(res), fail: (error: unknown) => fail(error) };
}

describe('timeout', () => {
  it('hands on a fast answer and keeps no timer', async () => {
    const { clock, ctx } = testCall();
    const call = timeout(50)(async (n: number) => n + 1)(1, ctx);
    expect(clock.pending()).toBe(1);

    await expect(call).resolves.toBe(2);
    expect(clock.pending()).toBe(0);
  });

  it('hands on a fast error and keeps no timer', async () => {
    const { clock, ctx } = testCall();
    const error = new ServiceError('not_found', 'no such thing');
    const call = timeout(50)(() => Promise.reject(error))(undefined, ctx);

    await expect(call).rejects.toBe(error);
    expect(clock.pending()).toBe(0);
  });

  it('rejects at the deadline, though the endpoint ignores its context', async () => {
    const { clock, ctx } = testCall();
    const outcome = vi.fn();
    timeout(50)(never)(undefined, ctx).catch(outcome);

    await clock.advance(49);
    expect(outcome).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(outcome).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'deadline_exceeded' }),
    );
    expect(clock.pending()).toBe(0);
  });

  it('ends the context of the endpoint at the deadline, and not that of the caller', async () => {
    const { clock, ctx } = testCall();
    let inner: Context | undefined;
    const call = timeout(50)((_: unknown, scoped) => {
      inner = scoped;
      return new Promise((_resolve, reject) => {
        scoped.onAbort(reject);
      });
    })(undefined, ctx);
    call.catch(() => {});

    expect(inner?.deadline).toBe(50);
    await clock.advance(50);
    await expect(call).rejects.toBe(inner?.error);
    expect(ctx.error).toBeUndefined();
  });

  it('drops what the endpoint throws too late, without an unhandled rejection', async () => {
    const { clock, ctx } = testCall();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { endpoint, fail } = held();
    const call = timeout(50)(endpoint)(undefined, ctx);
    call.catch(() => {});
    await clock.advance(50);

    fail(new Error('too late'));
    await clock.advance(0);
    process.off('unhandledRejection', unhandled);

    await expect(call).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('drops an answer that comes too late', async () => {
    const { clock, ctx } = testCall();
    const { endpoint, answer } = held<string>();
    const call = timeout(50)(endpoint)(undefined, ctx);
    call.catch(() => {});
    await clock.advance(50);

    answer('too late');
    await clock.advance(0);

    await expect(call).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  it("keeps the caller's own deadline where that is sooner", async () => {
    const { clock, ctx } = testCall(20);
    const deadlines: unknown[] = [];
    const call = timeout(50)((_: unknown, scoped) => {
      deadlines.push(scoped.deadline);
      return never(undefined, scoped);
    })(undefined, ctx);
    call.catch(() => {});

    await clock.advance(20);

    await expect(call).rejects.toBe(ctx.error);
    expect(deadlines).toEqual([20]);
    expect(clock.pending()).toBe(0);
  });

  it('rejects with the reason when the caller cancels', async () => {
    const { clock, ctx } = testCall();
    const hungUp = new ServiceError('canceled', 'the peer hung up');
    const call = timeout(50)(never)(undefined, ctx);

    ctx.cancel(hungUp);

    await expect(call).rejects.toBe(hungUp);
    expect(clock.pending()).toBe(0);
  });

  it('does not call the endpoint when no time is left', async () => {
    const { clock, ctx } = testCall(10);
    const next = vi.fn(never);
    await clock.advance(10);

    await expect(timeout(50)(next)(undefined, ctx)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    expect(next).not.toHaveBeenCalled();
    expect(clock.pending()).toBe(0);
  });

  it('does not call the endpoint of a call that was canceled', async () => {
    const { ctx } = testCall();
    const next = vi.fn(never);
    ctx.cancel();

    await expect(timeout(50)(next)(undefined, ctx)).rejects.toBe(ctx.error);
    expect(next).not.toHaveBeenCalled();
  });

  it('lets no call through when it is 0, and every call when it is Infinity', async () => {
    const { clock, ctx } = testCall();

    await expect(timeout(0)(async () => 1)(undefined, ctx)).rejects.toThrow('deadline exceeded');
    const unlimited = timeout(Number.POSITIVE_INFINITY)(async (_: unknown, c) => c.deadline);
    await expect(unlimited(undefined, ctx)).resolves.toBeUndefined();
    expect(clock.pending()).toBe(0);
  });

  it.each([Number.NaN, -1, '50'])('refuses %o where it is written', (timeoutMs) => {
    // The caller may be JavaScript.
    expect(() => timeout(timeoutMs as number)).toThrow(/^timeoutMs must be a number of at least 0/);
  });

  describe('of a stream', () => {
    /** Sends a message every 20 ms until its context ends. */
    const ticks: Endpoint<unknown, AsyncIterable<number>> = async (_, ctx) =>
      (async function* () {
        for (let n = 1; ; n++) {
          await new Promise<void>((resolve, reject) => {
            const stop = ctx.clock.schedule(20, () => {
              unlink();
              resolve();
            });
            const unlink = ctx.onAbort((error) => {
              stop();
              reject(error);
            });
          });
          yield n;
        }
      })();

    it('stands until the stream ends, and ends it then', async () => {
      const { clock, ctx } = testCall();
      const read: number[] = [];
      const reading = (async () => {
        for await (const n of await timeout(50)(ticks)(undefined, ctx)) read.push(n);
      })();
      reading.catch(() => {});

      await clock.advance(49);
      expect(read).toEqual([1, 2]);
      await clock.advance(1);
      await expect(reading).rejects.toMatchObject({ code: 'deadline_exceeded' });
      expect(clock.pending()).toBe(0);
    });

    it('is lifted when the reader turns away', async () => {
      const { clock, ctx } = testCall();
      let inner: Context | undefined;
      const endpoint: typeof ticks = (request, scoped) => {
        inner = scoped;
        return ticks(request, scoped);
      };
      const reading = (async () => {
        for await (const _ of await timeout(50)(endpoint)(undefined, ctx)) break;
      })();

      await clock.advance(20);
      await reading;
      await clock.advance(100);

      expect(inner?.error).toBeUndefined();
      expect(clock.pending()).toBe(0);
    });
  });
});
