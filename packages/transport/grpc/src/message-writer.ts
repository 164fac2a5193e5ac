import type { Writable } from 'node:stream';
import type { CancelSource } from '@fairlead/endpoint';

/** Writes messages into a stream of grpc-js, one listener for all of them. */
export interface MessageWriter {
  /**
   * Writes a message. Returns a promise where the next one has to wait: grpc-js buffers sixteen, and
   * HTTP/2 what its window allows.
   */
  write(bytes: unknown): Promise<void> | undefined;
  /** Fulfilled when every message has been handed to the connection; rejects when the context ends first. */
  flushed(ctx: CancelSource): Promise<void>;
}

/** Makes the writer of a call. */
export function messageWriter(sink: Writable): MessageWriter {
  let drained: (() => void) | undefined;
  let flushed: (() => void) | undefined;
  let pending = 0;
  const written = (): void => {
    if (--pending === 0) flushed?.();
  };
  return {
    write(bytes) {
      pending++;
      if (sink.write(bytes, written)) return undefined;
      if (drained === undefined) sink.on('drain', () => drained?.());
      return new Promise((resolve) => {
        drained = resolve;
      });
    },
    flushed(ctx) {
      if (pending === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const unlink = ctx.onAbort(reject);
        flushed = () => {
          unlink();
          resolve();
        };
      });
    },
  };
}
