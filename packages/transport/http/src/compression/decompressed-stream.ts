import { codecs } from './content-codecs.ts';
import type { ContentCoding } from './content-coding.ts';

/**
 * A stream of compressed bytes as they were before. No more of it is unfolded than is read, so that
 * a small body cannot fill the memory; how much is read is up to the reader. `corrupt` makes the
 * error of bytes that are not of this coding. It closes its source when it is closed itself.
 */
export function decompressedStream(
  source: AsyncIterator<Uint8Array>,
  coding: ContentCoding,
  corrupt: (cause: Error) => Error,
): AsyncIterableIterator<Buffer> {
  const decompressor = codecs[coding].createDecompressor();
  const chunks: AsyncIterator<Buffer> = decompressor[Symbol.asyncIterator]();
  let started = false;
  let closed = false;
  let failure: unknown;

  async function feed(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await source.next();
        if (decompressor.destroyed) return;
        if (done) {
          decompressor.end();
          return;
        }
        if (!decompressor.write(value)) await room();
      }
    } catch (error) {
      failure = error;
      decompressor.destroy(toError(error));
    }
  }

  /** Until more is wanted, or nothing any more. */
  function room(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        decompressor.off('drain', go).off('close', go);
        resolve();
      };
      decompressor.on('drain', go).on('close', go);
    });
  }

  async function next(): Promise<IteratorResult<Buffer>> {
    if (closed) return over;
    if (!started) {
      started = true;
      void feed();
    }
    try {
      return await chunks.next();
    } catch (cause) {
      if (closed) return over;
      if (failure !== undefined) throw failure;
      void source.return?.();
      throw corrupt(toError(cause));
    }
  }

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next,
    async return() {
      closed = true;
      decompressor.destroy();
      await source.return?.();
      return over;
    },
  };
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
