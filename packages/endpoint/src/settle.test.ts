import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { createContext } from './call-context.ts';
import { failure } from './failer.ts';
import { ServiceError } from './service-error.ts';
import { discard, isAsyncIterable, type Settled, settle } from './settle.ts';

async function* count(to: number, failAt = Number.POSITIVE_INFINITY): AsyncGenerator<number> {
  for (let n = 1; n <= to; n++) {
    if (n === failAt) throw new Error(`failed at ${n}`);
    yield n;
  }
}

/** Settles a response into a list, and reads it as a stream where it is one. */
async function watch<Res>(response: Res | Promise<Res>) {
  const outcomes: Settled[] = [];
  const settled = await settle(Promise.resolve(response), (outcome) => outcomes.push(outcome));
  return { settled, outcomes };
}

async function readAll<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const messages: T[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

const well: Settled = { error: undefined, abandoned: false };
const abandoned: Settled = { error: undefined, abandoned: true };

describe('settle', () => {
  describe('for a single response', () => {
    it('tells of success once and hands the response on', async () => {
      const response = { v: 1 };
      const { settled, outcomes } = await watch(response);

      expect(settled).toBe(response);
      expect(outcomes).toEqual([well]);
    });

    it('shows the response, for the error that may be inside', async () => {
      const onSettled = vi.fn();
      const response = { [failure]: new ServiceError('not_found', 'no such thing') };
      await settle(Promise.resolve(response), onSettled);
      expect(onSettled).toHaveBeenCalledExactlyOnceWith(well, response);
    });

    it('tells of the error once and rejects with it', async () => {
      const outcomes: Settled[] = [];
      const error = new Error('failed');
      const call = settle(Promise.reject(error), (outcome) => outcomes.push(outcome));

      await expect(call).rejects.toBe(error);
      expect(outcomes).toEqual([{ error, abandoned: false }]);
    });

    it('rejects with what onSettled throws after a success, and does not call it again', async () => {
      const onSettled = vi.fn(() => {
        throw new Error('the meter broke');
      });

      await expect(settle(Promise.resolve(1), onSettled)).rejects.toThrow('the meter broke');
      expect(onSettled).toHaveBeenCalledOnce();
    });

    it('rejects with what onSettled throws in place of the error', async () => {
      const call = settle(Promise.reject(new Error('first')), () => {
        throw new Error('second');
      });

      await expect(call).rejects.toThrow('second');
    });
  });

  describe('for a stream', () => {
    it('says nothing before the stream is read', async () => {
      const { outcomes } = await watch(count(2));

      expect(outcomes).toEqual([]);
    });

    it('tells of success once when the last message was read', async () => {
      const { settled, outcomes } = await watch(count(3));

      await expect(readAll(settled)).resolves.toEqual([1, 2, 3]);
      expect(outcomes).toEqual([well]);
    });

    it('tells of the error once and fails with it', async () => {
      const { settled, outcomes } = await watch(count(3, 2));

      await expect(readAll(settled)).rejects.toThrow('failed at 2');
      expect(outcomes).toEqual([{ error: new Error('failed at 2'), abandoned: false }]);
    });

    it('tells when the reader breaks off, and lets the stream clean up first', async () => {
      const order: string[] = [];
      async function* stream() {
        try {
          yield 1;
          yield 2;
        } finally {
          order.push('cleaned up');
        }
      }
      const settled = await settle(Promise.resolve(stream()), (outcome) => {
        order.push(outcome.abandoned ? 'abandoned' : 'ended');
      });

      for await (const _ of settled) break;

      expect(order).toEqual(['cleaned up', 'abandoned']);
    });

    it('tells when the body of the loop throws', async () => {
      const { settled, outcomes } = await watch(count(3));
      const read = async () => {
        for await (const n of settled) throw new Error(`cannot take ${n}`);
      };

      await expect(read()).rejects.toThrow('cannot take 1');
      expect(outcomes).toEqual([abandoned]);
    });

    it('tells of an error in the clean-up of a stream that is broken off', async () => {
      async function* stream() {
        try {
          yield 1;
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: a clean-up that fails is the case.
          throw new Error('cannot close');
        }
      }
      const { settled, outcomes } = await watch(stream());
      const read = async () => {
        for await (const _ of settled) break;
      };

      await expect(read()).rejects.toThrow('cannot close');
      expect(outcomes).toEqual([{ error: new Error('cannot close'), abandoned: false }]);
    });

    it('tells once, however often the iterator is asked after the end', async () => {
      const { settled, outcomes } = await watch(count(1));
      const iterator = settled[Symbol.asyncIterator]();

      await iterator.next();
      await iterator.next();
      await iterator.next();
      await iterator.return?.(undefined);

      expect(outcomes).toEqual([well]);
    });

    it('tells once when a stream is read again', async () => {
      const twice: AsyncIterable<number> = { [Symbol.asyncIterator]: () => count(2) };
      const { settled, outcomes } = await watch(twice);

      await expect(readAll(settled)).resolves.toEqual([1, 2]);
      await expect(readAll(settled)).resolves.toEqual([1, 2]);
      expect(outcomes).toEqual([well]);
    });

    it('takes an iterator without return', async () => {
      const endless: AsyncIterable<number> = {
        [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }) }),
      };
      const { settled, outcomes } = await watch(endless);

      for await (const _ of settled) break;

      expect(outcomes).toEqual([abandoned]);
    });

    it.each<[string, AsyncIterable<number>]>([
      [
        'makes its iterator',
        {
          [Symbol.asyncIterator]: () => {
            throw new Error('synchronous');
          },
        },
      ],
      [
        'is asked for a message',
        {
          [Symbol.asyncIterator]: () => ({
            next: () => {
              throw new Error('synchronous');
            },
          }),
        },
      ],
    ])('tells of an error that is thrown when the stream %s', async (_, stream) => {
      const { settled, outcomes } = await watch(stream);

      await expect(readAll(settled)).rejects.toThrow('synchronous');
      expect(outcomes).toEqual([{ error: new Error('synchronous'), abandoned: false }]);
    });

    it('fails with what onSettled throws at the end', async () => {
      const settled = await settle(Promise.resolve(count(1)), () => {
        throw new Error('the meter broke');
      });

      await expect(readAll(settled)).rejects.toThrow('the meter broke');
    });

    it('fails with what onSettled throws in place of the error', async () => {
      const settled = await settle(Promise.resolve(count(1, 1)), () => {
        throw new Error('the meter broke');
      });

      await expect(readAll(settled)).rejects.toThrow('the meter broke');
    });

    it('tells each of several watchers once', async () => {
      const inner = vi.fn();
      const outer = vi.fn();
      const stream = await settle(settle(Promise.resolve(count(2)), inner), outer);

      await readAll(stream);

      expect(inner).toHaveBeenCalledOnce();
      expect(outer).toHaveBeenCalledOnce();
    });
  });
});

describe('discard', () => {
  it('settles a stream that nobody has begun to read', async () => {
    const outcome = await new Promise((resolve) => {
      void settle(Promise.resolve(count(3)), resolve).then(discard);
    });

    expect(outcome).toEqual(abandoned);
  });

  it('drops what the closing throws', async () => {
    const stream: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => {
        throw new Error('nobody hears this');
      },
    };

    expect(() => discard(stream)).not.toThrow();
  });

  it.each([undefined, null, 'text', 1, {}, [1]])('leaves %o alone', (response) => {
    expect(() => discard(response)).not.toThrow();
  });
});

describe('isAsyncIterable', () => {
  it('holds for streams alone', () => {
    expect(isAsyncIterable(count(1))).toBe(true);
    expect(isAsyncIterable(new ReadableStream())).toBe(true);
    expect([undefined, null, 'text', [1], { next: () => {} }].some(isAsyncIterable)).toBe(false);
  });
});

describe('a stream under a context', () => {
  it('settles when the context ends, where nobody reads it', async () => {
    const onSettled = vi.fn();
    const ctx = createContext();
    await settle(Promise.resolve(count(3)), onSettled, ctx);
    expect(onSettled).not.toHaveBeenCalled();
    ctx.cancel();
    expect(onSettled).toHaveBeenCalledExactlyOnceWith({ error: ctx.error, abandoned: false });
  });

  it('settles once, and keeps no listener', async () => {
    const onSettled = vi.fn();
    const clock = fakeClock();
    using ctx = createContext({ clock, timeoutMs: 100 });
    await readAll(await settle(Promise.resolve(count(3)), onSettled, ctx));
    expect(onSettled).toHaveBeenCalledOnce();
    expect(clock.pending()).toBe(0);
  });

  it('drops what onSettled throws then', async () => {
    const ctx = createContext();
    const thrower = (): never => {
      throw new Error('nobody hears this');
    };
    await settle(Promise.resolve(count(3)), thrower, ctx);
    ctx.cancel();
  });
});

describe('a reader that throws into a stream', () => {
  it('gets its own error back, and has abandoned the stream', async () => {
    const onSettled = vi.fn();
    const stream = await settle(Promise.resolve(count(3)), onSettled);
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    const enough = new Error('enough');
    await expect(iterator.throw?.(enough)).rejects.toBe(enough);
    expect(onSettled).toHaveBeenCalledExactlyOnceWith(abandoned);
  });

  it('closes a stream that has no throw()', async () => {
    const onSettled = vi.fn();
    const returned = vi.fn(async () => ({ done: true as const, value: undefined }));
    const stream: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 1 }),
        return: returned,
      }),
    };
    const iterator = (await settle(Promise.resolve(stream), onSettled))[Symbol.asyncIterator]();
    const enough = new Error('enough');
    await expect(iterator.throw?.(enough)).rejects.toBe(enough);
    expect(returned).toHaveBeenCalledOnce();
    expect(onSettled).toHaveBeenCalledExactlyOnceWith(abandoned);
  });
});
