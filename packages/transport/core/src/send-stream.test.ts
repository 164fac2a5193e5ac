import { background } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { sendStream } from './send-stream.ts';

/** A stream of numbers that notes what is asked of it. */
function counted(most = Infinity) {
  const state = {
    made: 0,
    closed: 0,
    stream: asked(),
  };
  function asked(): AsyncIterable<number> {
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () =>
          state.made < most
            ? { done: false, value: state.made++ }
            : { done: true, value: undefined },
        async return() {
          state.closed++;
          return { done: true, value: undefined };
        },
      }),
    };
  }
  return state;
}

describe('sendStream', () => {
  it('writes every message, and is over then', async () => {
    const seen: number[] = [];
    const source = counted(3);
    await sendStream(source.stream, (n) => void seen.push(n), background).over;
    expect(seen).toEqual([0, 1, 2]);
    expect(source.closed).toBe(0);
  });

  it('asks for no message while the last one is not taken', async () => {
    const source = counted();
    let take = (): void => {};
    const sending = sendStream(
      source.stream,
      () => new Promise<void>((resolve) => (take = resolve)),
      background,
    );
    for (let taken = 1; taken <= 3; taken++) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(source.made).toBe(taken);
      take();
    }
    sending.stop();
    await sending.over;
    expect(source.closed).toBe(1);
    sending.stop();
    expect(source.closed).toBe(1);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('full');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('full');
      },
    ],
  ])('closes the stream where write %s', async (_how, write) => {
    const source = counted();
    await expect(sendStream(source.stream, write, background).over).rejects.toThrow('full');
    expect(source.closed).toBe(1);
  });

  it('closes the stream when the context ends, and rejects with its error', async () => {
    const source = counted();
    const ctx = background.withCancel();
    const sending = sendStream(source.stream, () => new Promise<void>(() => {}), ctx);
    ctx.cancel();
    await expect(sending.over).rejects.toMatchObject({ code: 'canceled' });
    expect(source.closed).toBe(1);
  });

  it('asks nothing of a stream whose context has ended already', async () => {
    const source = counted();
    const ctx = background.withCancel();
    ctx.cancel();
    await expect(sendStream(source.stream, () => undefined, ctx).over).rejects.toMatchObject({
      code: 'canceled',
    });
    expect([source.made, source.closed]).toEqual([0, 1]);
  });

  it('rejects with what the stream fails with', async () => {
    async function* failing() {
      yield 1;
      throw new Error('broken');
    }
    await expect(sendStream(failing(), () => undefined, background).over).rejects.toThrow('broken');
  });
});
