import { type CancelSource, discard } from '@fairlead/endpoint';
import { closeIterator } from './map-stream.ts';

/** A stream that is being sent. */
export interface Sending {
  /**
   * Fulfilled when the stream has ended, and its last message was taken, or was stopped; rejects
   * with what the stream failed with, what `write` threw, or the error of the context.
   */
  readonly over: Promise<void>;
  /** Asks for no more messages and closes the stream. */
  stop(): void;
}

/**
 * Reads a stream into a wire, for those who write transports. `write` takes one message; where it
 * returns a promise, the next message is not asked for before that is fulfilled, so a reader that is
 * slow stops the producer. When the context ends, or `write` throws, the stream is closed.
 */
export function sendStream<T>(
  stream: AsyncIterable<T>,
  write: (message: T) => Promise<unknown> | undefined,
  ctx: CancelSource,
): Sending {
  let isOpen = true;
  let iterator: AsyncIterator<T> | undefined;
  let settle: { resolve(): void; reject(error: unknown): void };
  let unlink = (): void => {};

  async function run(): Promise<void> {
    iterator = stream[Symbol.asyncIterator]();
    for (;;) {
      const result = await iterator.next();
      if (!isOpen || result.done) return;
      const taken = write(result.value);
      if (taken !== undefined) await taken;
      if (!isOpen) return;
    }
  }

  function ended(): void {
    if (!isOpen) return;
    isOpen = false;
    unlink();
    settle.resolve();
  }

  function failed(error: unknown): void {
    if (!isOpen) return;
    isOpen = false;
    unlink();
    if (iterator === undefined) discard(stream);
    else closeIterator(iterator);
    settle.reject(error);
  }

  const over = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
    unlink = ctx.onAbort(failed);
    if (isOpen) run().then(ended, failed);
  });
  return {
    over,
    stop() {
      if (!isOpen) return;
      if (iterator !== undefined) closeIterator(iterator);
      ended();
    },
  };
}
