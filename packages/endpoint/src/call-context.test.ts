import { getEventListeners } from 'node:events';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { createContext } from './call-context.ts';
import type { CancelSource } from './cancellation.ts';
import { ServiceError } from './service-error.ts';

const hungUp = new ServiceError('canceled', 'the peer hung up');

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

/** What becomes of `run` when nobody catches what it throws. */
async function uncaughtFrom(run: () => void): Promise<unknown> {
  try {
    return await new Promise((resolve) => {
      process.setUncaughtExceptionCaptureCallback(resolve);
      run();
    });
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
}

describe('a context that can be canceled', () => {
  it('ends with the reason where that is a ServiceError', () => {
    using ctx = createContext();
    ctx.cancel(hungUp);

    expect(ctx.error).toBe(hungUp);
    expect(() => ctx.throwIfAborted()).toThrow(hungUp);
  });

  it('ends with canceled, caused by any other reason', () => {
    using ctx = createContext();
    ctx.cancel('the user left');

    expect(ctx.error).toMatchObject({ code: 'canceled', cause: 'the user left' });
  });

  it('ends once: the first reason stays, and nobody is told again', () => {
    using ctx = createContext();
    const listener = vi.fn();
    ctx.onAbort(listener);

    ctx.cancel(hungUp);
    ctx.cancel(new ServiceError('internal', 'later'));

    expect(ctx.error).toBe(hungUp);
    expect(listener).toHaveBeenCalledExactlyOnceWith(hungUp);
  });

  it('ends once: its deadline passing later changes nothing', async () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 10 });
    const listener = vi.fn();
    ctx.onAbort(listener);

    ctx.cancel(hungUp);
    await clock.advance(20);

    expect(ctx.error).toBe(hungUp);
    expect(listener).toHaveBeenCalledOnce();
  });

  it('ends every context below it, through values too, with the same error', () => {
    using root = createContext();
    using timed = root.withTimeout(1000);
    using nested = timed.withCancel();
    const errors: unknown[] = [];
    nested.onAbort((error) => errors.push(error));

    root.cancel(hungUp);

    expect([timed.error, nested.error, ...errors]).toEqual([hungUp, hungUp, hungUp]);
  });

  it('does not end the context above it or beside it', () => {
    using root = createContext();
    using one = root.withCancel();
    using other = root.withCancel();
    one.cancel(hungUp);

    expect(root.error).toBeUndefined();
    expect(other.error).toBeUndefined();
  });

  it('has ended from the start below one that has ended', () => {
    const clock = fakeClock();
    using root = createContext({ clock });
    root.cancel(hungUp);
    using below = root.withTimeout(1000);
    const listener = vi.fn();
    below.onAbort(listener);

    expect(below.error).toBe(hungUp);
    expect(below.signal.reason).toBe(hungUp);
    expect(listener).toHaveBeenCalledExactlyOnceWith(hungUp);
    expect(clock.pending()).toBe(0);
  });
});

describe('the listeners of a context', () => {
  it('are called in the order in which they came', () => {
    using ctx = createContext();
    const order: number[] = [];
    for (const n of [1, 2, 3]) ctx.onAbort(() => order.push(n));

    ctx.cancel();

    expect(order).toEqual([1, 2, 3]);
  });

  it('are called as often as they were registered', () => {
    using ctx = createContext();
    const listener = vi.fn();
    ctx.onAbort(listener);
    const takeBack = ctx.onAbort(listener);
    ctx.onAbort(listener);
    takeBack();

    ctx.cancel();

    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('are called at once where the context has ended already', () => {
    using ctx = createContext();
    ctx.cancel(hungUp);
    const listener = vi.fn();

    ctx.onAbort(listener)();

    expect(listener).toHaveBeenCalledExactlyOnceWith(hungUp);
  });

  it('are not called when they were taken back, even by another one that was just called', () => {
    using ctx = createContext();
    const second = vi.fn();
    ctx.onAbort(() => takeBack());
    const takeBack = ctx.onAbort(second);

    ctx.cancel();

    expect(second).not.toHaveBeenCalled();
  });

  it('that come while others are called are called at once', () => {
    using ctx = createContext();
    const late = vi.fn();
    ctx.onAbort(() => ctx.onAbort(late));

    ctx.cancel(hungUp);

    expect(late).toHaveBeenCalledExactlyOnceWith(hungUp);
  });

  it('that throw keep no other from being called, and do not hit who cancels', async () => {
    using ctx = createContext();
    using below = ctx.withCancel();
    const after = vi.fn();
    below.onAbort(() => {
      throw new Error('a broken listener');
    });
    below.onAbort(after);
    ctx.onAbort(after);

    const uncaught = await uncaughtFrom(() => ctx.cancel(hungUp));

    expect(after).toHaveBeenCalledTimes(2);
    expect(uncaught).toEqual(new Error('a broken listener'));
  });
});

describe('a context that is disposed of', () => {
  it('never ends any more, whatever happens above it', async () => {
    const clock = fakeClock();
    using root = createContext({ clock });
    const scoped = root.withTimeout(10);
    const listener = vi.fn();
    scoped.onAbort(listener);
    const { signal } = scoped;

    scoped[Symbol.dispose]();
    root.cancel(hungUp);
    await clock.advance(20);

    expect(listener).not.toHaveBeenCalled();
    expect(signal.aborted).toBe(false);
    expect(scoped.error).toBeUndefined();
  });

  it('does nothing when it is canceled, listened to or disposed of again', () => {
    const clock = fakeClock();
    const outer = new AbortController();
    const ctx = createContext({ clock, signal: outer.signal, timeoutMs: 10 });
    ctx[Symbol.dispose]();
    const listener = vi.fn();
    ctx.onAbort(listener);
    expect(clock.pending() + listeners(outer.signal)).toBe(0);
    ctx.cancel(hungUp);
    outer.abort();
    ctx[Symbol.dispose]();

    expect(ctx.error).toBeUndefined();
    expect(ctx.signal.aborted).toBe(false);
    expect(listener).not.toHaveBeenCalled();
  });

  it('keeps the error that it ended with', () => {
    const ctx = createContext();
    ctx.cancel(hungUp);
    ctx[Symbol.dispose]();

    expect(ctx.error).toBe(hungUp);
    expect(ctx.signal.aborted).toBe(true);
  });

  it('by a listener still tells the listeners after it', () => {
    const ctx = createContext();
    const after = vi.fn();
    ctx.onAbort(() => ctx[Symbol.dispose]());
    ctx.onAbort(after);

    ctx.cancel(hungUp);

    expect(after).toHaveBeenCalledOnce();
  });

  it('leaves with its block, on both ways out', () => {
    const clock = fakeClock();
    using root = createContext({ clock });
    const work = (fails: boolean): void => {
      using scoped = root.withTimeout(10);
      scoped.onAbort(() => {});
      expect(clock.pending()).toBe(1);
      if (fails) throw new Error('failed');
    };

    work(false);
    expect(clock.pending()).toBe(0);
    expect(() => work(true)).toThrow('failed');
    expect(clock.pending()).toBe(0);
  });
});

describe('the timer of a context', () => {
  it('does not exist before anybody listens', () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 10 });
    using below = ctx.withTimeout(5);
    below.remainingMs();
    below.throwIfAborted();
    void below.error;

    expect(clock.pending()).toBe(0);
  });

  it('is gone when the last listener has left, and back with the next one', async () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 10 });
    const first = ctx.onAbort(() => {});
    const second = ctx.onAbort(() => {});

    expect(clock.pending()).toBe(1);
    first();
    expect(clock.pending()).toBe(1);
    second();
    second();
    expect(clock.pending()).toBe(0);

    const third = vi.fn();
    await clock.advance(4);
    ctx.onAbort(third);
    await clock.advance(5);
    expect(third).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(third).toHaveBeenCalledOnce();
  });

  it('is one for a whole tree that has one deadline', () => {
    const clock = fakeClock();
    using root = createContext({ clock, timeoutMs: 10 });
    using later = root.withTimeout(50);
    using nested = later.withCancel();
    root.onAbort(() => {});
    later.onAbort(() => {});
    nested.onAbort(() => {});

    expect(clock.pending()).toBe(1);
  });

  it('is gone when the context was canceled', () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 10 });
    ctx.onAbort(() => {});
    ctx.cancel();

    expect(clock.pending()).toBe(0);
  });

  it('is gone in the whole tree when the root was canceled', () => {
    const clock = fakeClock();
    using root = createContext({ clock, timeoutMs: 100 });
    using below = root.withTimeout(50);
    using nested = below.withTimeout(10);
    nested.onAbort(() => {});
    expect(clock.pending()).toBe(3);

    root.cancel();

    expect(clock.pending()).toBe(0);
  });
});

describe('the signal of a context', () => {
  it('is the same object each time, through values too', () => {
    using ctx = createContext();

    expect(ctx.signal).toBe(ctx.signal);
  });

  it('is not made, and nothing is linked, before somebody reads it', () => {
    const clock = fakeClock();
    const { signal } = new AbortController();
    using ctx = createContext({ clock, signal, timeoutMs: 10 });

    expect(clock.pending() + listeners(signal)).toBe(0);
    void ctx.signal;
    expect(clock.pending()).toBe(1);
    expect(listeners(signal)).toBe(1);
  });

  it('aborts with the error of the context as its reason', () => {
    using ctx = createContext();
    const { signal } = ctx;
    const reasons: unknown[] = [];
    signal.addEventListener('abort', () => reasons.push(signal.reason));

    expect(signal.aborted).toBe(false);
    ctx.cancel(hungUp);

    expect(reasons).toEqual([hungUp]);
    expect(signal.reason).toBe(ctx.error);
  });

  it('aborts at the deadline', async () => {
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 10 });
    const { signal } = ctx;

    await clock.advance(10);

    expect(signal.reason).toMatchObject({ code: 'deadline_exceeded' });
  });

  it('has aborted where it is first read after the end', () => {
    using ctx = createContext();
    ctx.cancel(hungUp);

    expect(ctx.signal.aborted).toBe(true);
    expect(ctx.signal.reason).toBe(hungUp);
  });
});

describe('a context of an AbortSignal', () => {
  it('ends when the signal aborts, with the reason of the signal', () => {
    const controller = new AbortController();
    using ctx = createContext({ signal: controller.signal });
    const listener = vi.fn();
    ctx.onAbort(listener);

    controller.abort('shutting down');

    expect(ctx.error).toMatchObject({ code: 'canceled', cause: 'shutting down' });
    expect(listener).toHaveBeenCalledExactlyOnceWith(ctx.error);
    expect(listeners(controller.signal)).toBe(0);
  });

  it('sees that the signal aborted though nobody listened', () => {
    const controller = new AbortController();
    using ctx = createContext({ signal: controller.signal });
    controller.abort(hungUp);

    expect(ctx.error).toBe(hungUp);
  });

  it('has ended where the signal aborted before', () => {
    using ctx = createContext({ signal: AbortSignal.abort(hungUp) });

    expect(ctx.error).toBe(hungUp);
  });

  it('is over its own deadline where the signal was made by AbortSignal.timeout', () => {
    const timedOut = AbortSignal.abort(new DOMException('timed out', 'TimeoutError'));
    using ctx = createContext({ signal: timedOut });

    expect(ctx.error?.code).toBe('deadline_exceeded');
  });

  it('does not hear of an abort after the call', () => {
    const controller = new AbortController();
    const ctx = createContext({ signal: controller.signal });
    const listener = vi.fn();
    ctx.onAbort(listener);
    ctx[Symbol.dispose]();
    expect(listeners(controller.signal)).toBe(0);

    controller.abort();

    expect(listener).not.toHaveBeenCalled();
    expect(ctx.error).toBeUndefined();
  });
});

describe('a context of a source', () => {
  it('lets go of a source that ends the call while it is being linked', () => {
    const clock = fakeClock();
    const unlink = vi.fn();
    const source: CancelSource = {
      error: undefined,
      onAbort: (listener) => {
        listener(hungUp);
        return unlink;
      },
    };
    using ctx = createContext({ clock, source, timeoutMs: 10 });
    const listener = vi.fn();
    ctx.onAbort(listener);

    expect(listener).toHaveBeenCalledExactlyOnceWith(hungUp);
    expect(unlink).toHaveBeenCalledOnce();
    expect(clock.pending()).toBe(0);
  });

  it('goes before a signal', () => {
    const source: CancelSource = { error: hungUp, onAbort: () => () => {} };
    using ctx = createContext({ source, signal: new AbortController().signal });

    expect(ctx.error).toBe(hungUp);
  });
});
