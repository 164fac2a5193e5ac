import { type Context, discard, ServiceError } from '@fairlead/endpoint';

/** How messages are written one after another. */
export interface StreamFormat<T> {
  message(value: T): string;
  /** What tells an error, after which nothing comes. Without it the stream rejects with the error. */
  readonly error?: ((error: ServiceError) => string) | undefined;
  /** What comes first; empty for nothing. */
  readonly start: string;
  /** What comes after the last message; empty for nothing. */
  readonly end: string;
  /** What says nothing, but shows that the sender is alive. */
  readonly heartbeat: string;
  /** How long nothing is sent before there is a heartbeat, in milliseconds; `Infinity` for none. */
  readonly heartbeatMs: number;
  /** How long before there is the first one, where nothing has been sent. Default: as for the others. */
  readonly firstHeartbeatMs?: number | undefined;
}

type Chunk = IteratorResult<string, undefined>;

interface Reader {
  resolve(chunk: Chunk): void;
  reject(error: unknown): void;
}

/** A tick of Node comes later than a microtask, so that more goes out at once; not every host has one. */
const soon = typeof process === 'undefined' ? queueMicrotask : process.nextTick;

/** How much text goes out at once, where so much is there. */
const fullChunk = 16_384;

/**
 * A stream of messages as text, for one reader. Messages that are there at once go out together, up
 * to {@link fullChunk}; while the reader is busy no more than one is asked for. The end of the
 * context is an error of the stream. Whatever ends it early closes the messages.
 */
export class EncodedStream<T> implements AsyncIterableIterator<string, undefined> {
  private readonly messages: AsyncIterable<T>;
  private readonly format: StreamFormat<T>;
  private readonly ctx: Context;
  private source: AsyncIterator<T> | undefined;
  private reader: Reader | undefined;
  /** What has not gone out yet. */
  private text: string;
  /** A message has been asked for and is not there yet. */
  private isAsked = false;
  private isFlushDue = false;
  private isBegun = false;
  private isOver = false;
  private isSilent = true;
  private failure: { readonly error: unknown } | undefined;
  private lastSent = 0;
  private unlink = (): void => {};
  private stopHeartbeat = (): void => {};

  constructor(messages: AsyncIterable<T>, format: StreamFormat<T>, ctx: Context) {
    this.messages = messages;
    this.format = format;
    this.ctx = ctx;
    this.text = format.start;
  }

  /** What the stream failed with, once it is over; undefined where it ended well. */
  readonly streamError = (): unknown => this.failure?.error;

  /** Throws what the messages throw where they cannot even begin. */
  [Symbol.asyncIterator](): this {
    this.source ??= this.messages[Symbol.asyncIterator]();
    return this;
  }

  next(): Promise<Chunk> {
    if (!this.isBegun) this.begin();
    return new Promise((resolve, reject) => {
      this.reader = { resolve, reject };
      if (this.text !== '' || this.isOver) this.flush();
      else if (!this.isAsked) this.ask();
    });
  }

  async return(): Promise<Chunk> {
    this.text = '';
    if (!this.isOver) {
      this.finish();
      this.flush();
      await this[Symbol.asyncIterator]().source?.return?.();
    }
    return done;
  }

  private begin(): void {
    this.isBegun = true;
    const { heartbeatMs, firstHeartbeatMs = heartbeatMs } = this.format;
    if (!this.isOver) this.unlink = this.ctx.onAbort((error) => this.fail(error));
    if (this.isOver || firstHeartbeatMs === Infinity) return;
    this.lastSent = this.ctx.clock.now();
    this.beatIn(firstHeartbeatMs);
  }

  private ask(): void {
    this.isAsked = true;
    try {
      this[Symbol.asyncIterator]().source?.next().then(this.took, this.broke);
    } catch (error) {
      // A stream that somebody wrote by hand may throw where it should reject.
      this.broke(error);
    }
  }

  private readonly took = (result: IteratorResult<T>): void => {
    this.isAsked = false;
    if (this.isOver) return;
    if (result.done) {
      this.text += this.format.end;
      this.finish();
      this.flush();
      return;
    }
    try {
      this.text += this.format.message(result.value);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.reader === undefined) return;
    if (this.text.length >= fullChunk) {
      this.flush();
      return;
    }
    // A tick comes when all that could go on at once has done so.
    if (!this.isFlushDue) soon(this.flushDue);
    this.isFlushDue = true;
    this.ask();
  };

  private readonly broke = (error: unknown): void => {
    this.isAsked = false;
    this.source = { next: () => Promise.resolve(done) };
    this.fail(error);
  };

  private fail(error: unknown): void {
    if (this.isOver) return;
    this.failure = { error };
    this.finish();
    const { source, format } = this;
    if (source !== undefined) discard({ [Symbol.asyncIterator]: () => source });
    if (format.error !== undefined) this.text += format.error(ServiceError.from(error));
    this.flush();
  }

  private finish(): void {
    this.isOver = true;
    this.unlink();
    this.stopHeartbeat();
  }

  private readonly flushDue = (): void => {
    this.isFlushDue = false;
    if (this.text !== '') this.flush();
  };

  /** Hands the reader what there is: text, or the end. */
  private flush(): void {
    const { reader, text, failure } = this;
    if (reader === undefined) return;
    this.reader = undefined;
    if (text !== '') {
      this.text = '';
      this.isSilent = false;
      if (this.format.heartbeatMs !== Infinity) this.lastSent = this.ctx.clock.now();
      reader.resolve({ done: false, value: text });
    } else if (failure !== undefined && this.format.error === undefined) {
      reader.reject(failure.error);
    } else {
      reader.resolve(done);
    }
  }

  private beatIn(ms: number): void {
    this.stopHeartbeat = this.ctx.clock.schedule(ms, () => {
      const { heartbeat, heartbeatMs } = this.format;
      // While nobody reads there is nobody to tell, and nothing piles up.
      const isRead = this.reader !== undefined;
      const silentMs = this.ctx.clock.now() - this.lastSent;
      const isEarly = isRead && !this.isSilent && silentMs < heartbeatMs;
      if (isRead && !isEarly) {
        this.text += heartbeat;
        this.flush();
      }
      if (heartbeatMs !== Infinity) this.beatIn(isEarly ? heartbeatMs - silentMs : heartbeatMs);
    });
  }
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };
