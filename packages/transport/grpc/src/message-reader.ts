import type { Readable } from 'node:stream';

/** How a {@link MessageReader} reads. */
export interface ReaderOptions<Raw, Message> {
  /** Makes the message of what the source gives. A throw closes the stream and is what it fails with. */
  readonly decode: (raw: Raw) => Message;
  /** How much a message adds to what is buffered. */
  readonly sizeOf: (raw: Raw) => number;
  /** How much may be buffered before the source is paused. */
  readonly maxBuffered: number;
  /** The reader has turned away before the end. */
  readonly left: () => void;
}

interface Waiting<Message> {
  resolve(result: IteratorResult<Message>): void;
  reject(error: unknown): void;
}

/**
 * The messages of a stream of grpc-js. Instead of the iterator that Node makes of one, since grpc-js says
 * beside the stream how it ended, and since this one gives out what is there without further promises. A
 * class, as the one object that every stream needs.
 */
export class MessageReader<Raw, Message> implements AsyncIterableIterator<Message> {
  private readonly source: Readable;
  private readonly options: ReaderOptions<Raw, Message>;
  private readonly buffer: Raw[] = [];
  private readonly waiting: Waiting<Message>[] = [];
  private buffered = 0;
  private isPaused = false;
  private isStarted = false;
  private isEnded = false;
  /** What is still to be told: that the stream has failed. */
  private failure: { readonly error: unknown } | undefined = undefined;

  constructor(source: Readable, options: ReaderOptions<Raw, Message>) {
    this.source = source;
    this.options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Begins to read, where nobody has asked for a message yet. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.source.on('data', (raw: Raw) => this.take(raw));
  }

  next(): Promise<IteratorResult<Message>> {
    const raw = this.buffer.shift();
    if (raw !== undefined) return this.give(raw);
    if (this.failure !== undefined) {
      const { error } = this.failure;
      this.failure = undefined;
      return Promise.reject(error);
    }
    if (this.isEnded) return Promise.resolve(ended);
    this.start();
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
  }

  async return(value?: unknown): Promise<IteratorResult<Message>> {
    this.leave();
    return { done: true, value };
  }

  async throw(error?: unknown): Promise<IteratorResult<Message>> {
    this.leave();
    throw error;
  }

  /** No more messages come, after those that are buffered; with a failure, the reader is told of that then. */
  end(failure?: { readonly error: unknown }): void {
    if (this.isEnded) return;
    this.isEnded = true;
    const [first, ...others] = this.waiting.splice(0);
    if (first === undefined) this.failure = failure;
    else if (failure === undefined) first.resolve(ended);
    else first.reject(failure.error);
    for (const { resolve } of others) resolve(ended);
  }

  /** Ends the stream at once, whatever is buffered. */
  fail(error: unknown): void {
    if (this.isEnded && this.buffer.length === 0) return;
    this.buffer.length = 0;
    if (this.isEnded) this.failure = { error };
    else this.end({ error });
  }

  private leave(): void {
    const isOver = this.isEnded && this.buffer.length === 0;
    this.buffer.length = 0;
    this.failure = undefined;
    this.end();
    if (!isOver) this.options.left();
  }

  private take(raw: Raw): void {
    if (this.isEnded) return;
    const first = this.waiting.shift();
    if (first !== undefined) {
      try {
        first.resolve({ done: false, value: this.options.decode(raw) });
      } catch (error) {
        this.leave();
        first.reject(error);
      }
      return;
    }
    this.buffer.push(raw);
    this.buffered += this.options.sizeOf(raw);
    if (this.buffered >= this.options.maxBuffered && !this.isPaused) {
      this.isPaused = true;
      this.source.pause();
    }
  }

  private give(raw: Raw): Promise<IteratorResult<Message>> {
    const { maxBuffered, sizeOf, decode } = this.options;
    this.buffered -= sizeOf(raw);
    if (this.isPaused && this.buffered <= maxBuffered / 2) {
      this.isPaused = false;
      this.source.resume();
    }
    try {
      return Promise.resolve({ done: false, value: decode(raw) });
    } catch (error) {
      this.leave();
      return Promise.reject(error);
    }
  }
}

const ended: IteratorResult<never> = { done: true, value: undefined };
