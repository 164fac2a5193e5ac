import type { Context } from '@fairlead/endpoint';

/** Cuts messages out of bytes that come in pieces. */
export interface MessageParser<T> {
  /** Takes the next piece, once {@link next} has no more of the last. */
  feed(chunk: Uint8Array): void;
  /** There are no more pieces. */
  finish(): void;
  /** The next whole message in `value`; `more` where more bytes are needed, `end` where nothing more counts. */
  next(): ParsedMessage<T> | 'more' | 'end';
}

/** A message on its own would not do: it may be anything. */
export interface ParsedMessage<T> {
  readonly value: T;
}

/**
 * The messages in a stream of bytes, one at a time: no more bytes are asked for than the reader's
 * next message needs. A reader that turns away closes the bytes at once, also while it waits for
 * some; so does the end of the context, whose error then ends the messages.
 */
export class DecodedStream<T> implements AsyncIterableIterator<T, undefined> {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly parser: MessageParser<T>;
  private readonly ctx: Context;
  private readonly messages: AsyncGenerator<T, undefined>;
  private readonly unlink: () => void;
  private isClosed = false;

  /** What `check` makes of a message is handed on; it may reject. */
  constructor(
    bytes: AsyncIterable<Uint8Array>,
    parser: MessageParser<T>,
    ctx: Context,
    check?: (message: T) => Promise<T>,
  ) {
    this.chunks = bytes[Symbol.asyncIterator]();
    this.parser = parser;
    this.ctx = ctx;
    this.messages = this.read(check);
    // The reader learns of it from the context.
    this.unlink = ctx.onAbort(() => void this.close().catch(() => {}));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return this.messages.next();
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.close();
    return this.messages.return(undefined);
  }

  private async *read(
    check: ((message: T) => Promise<T>) | undefined,
  ): AsyncGenerator<T, undefined> {
    try {
      for (;;) {
        const found = this.parser.next();
        if (found === 'end') return undefined;
        if (found === 'more') await this.feed();
        else yield check === undefined ? found.value : await check(found.value);
        if (this.isOver()) return undefined;
      }
    } finally {
      await this.close();
    }
  }

  private async feed(): Promise<void> {
    const { done, value } = await this.chunks.next();
    if (this.isOver()) return;
    if (done) this.parser.finish();
    else this.parser.feed(value);
  }

  /** Throws where it is the context that ended it. */
  private isOver(): boolean {
    this.ctx.throwIfAborted();
    return this.isClosed;
  }

  private async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.unlink?.();
    await this.chunks.return?.();
  }
}
