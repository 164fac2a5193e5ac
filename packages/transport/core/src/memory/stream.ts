import { discard, type ServiceError } from '@fairlead/endpoint';

/** Who wants to know how a {@link Relay} ended. */
export interface RelayEnds {
  /** The source has ended, and the reader has had all of it. */
  sourceEnded(): void;
  /** The source has failed. Its reader waits for {@link Relay.fail}. */
  sourceFailed(thrown: unknown): void;
  /** The reader has turned away. The source is closed already. */
  readerLeft(): void;
}

/**
 * A stream on its way from one side to the other, which asks the source for a message when the
 * reader asks for one. A class, as the one object that every stream needs.
 */
export class Relay implements AsyncIterableIterator<unknown> {
  private readonly source: AsyncIterable<unknown>;
  private readonly ends: RelayEnds;
  private iterator: AsyncIterator<unknown> | undefined = undefined;
  private failure: ServiceError | undefined = undefined;
  /** The reader has had the end, or has turned away. */
  private isEnded = false;
  /** The source is not asked any more; what the reader is told comes with {@link fail}. */
  private isClosed = false;
  /** Those who wait for a message. */
  private readonly waiting: Set<(error: ServiceError) => void> = new Set();

  constructor(source: AsyncIterable<unknown>, ends: RelayEnds) {
    this.source = source;
    this.ends = ends;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.isEnded) return Promise.resolve(ended);
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      if (this.isClosed) return;
      this.ask().then(
        (result) => {
          if (!this.waiting.delete(reject)) return;
          if (result.done) this.sourceEnded();
          resolve(result);
        },
        (thrown: unknown) => this.sourceFailed(thrown),
      );
    });
  }

  async return(value?: unknown): Promise<IteratorResult<unknown>> {
    this.leave();
    return { done: true, value };
  }

  async throw(error?: unknown): Promise<IteratorResult<unknown>> {
    this.leave();
    throw error;
  }

  /** Ends the stream for its reader, and closes the source. The first end stands. */
  fail(error: ServiceError): void {
    this.close();
    if (this.failure !== undefined || (this.isEnded && this.waiting.size === 0)) return;
    this.failure = error;
    for (const reject of this.waiting) reject(error);
    this.waiting.clear();
  }

  /** Closes the source where it has not ended. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    discard(this.rest());
  }

  private leave(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.close();
    this.ends.readerLeft();
  }

  private sourceEnded(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isEnded = true;
    this.ends.sourceEnded();
  }

  private sourceFailed(thrown: unknown): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.ends.sourceFailed(thrown);
  }

  private ask(): Promise<IteratorResult<unknown>> {
    try {
      this.iterator ??= this.source[Symbol.asyncIterator]();
      return this.iterator.next();
    } catch (thrown) {
      // A stream that somebody wrote by hand may throw where it should reject.
      return Promise.reject(thrown);
    }
  }

  /** What is left of the source. */
  private rest(): AsyncIterable<unknown> {
    const { iterator } = this;
    return iterator === undefined ? this.source : { [Symbol.asyncIterator]: () => iterator };
  }
}

const ended: IteratorResult<unknown> = { done: true, value: undefined };
