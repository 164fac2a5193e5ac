import { abortable, type CancelableContext, discard, ServiceError } from '@fairlead/endpoint';

/**
 * A stream of responses on its way: the server's lifecycle waits for {@link over}, the client reads.
 * What the stream fails with goes to the server's lifecycle first, and comes back as {@link fail}.
 */
export class Relay implements AsyncIterableIterator<unknown> {
  /** Fulfilled when the last message was read; rejects with what ended the stream before that. */
  readonly over: Promise<void>;
  private readonly iterator: AsyncIterator<unknown>;
  private readonly ctx: CancelableContext;
  private readonly failure: Promise<never>;
  private finish: (error?: unknown) => void = () => {};
  private tellReader: (error: ServiceError) => void = () => {};

  /** The context is the server's: where it ends, the stream does. */
  constructor(source: AsyncIterable<unknown>, ctx: CancelableContext) {
    this.iterator = source[Symbol.asyncIterator]();
    this.ctx = ctx;
    this.failure = new Promise((_resolve, reject) => {
      this.tellReader = reject;
    });
    // It may come while nobody reads.
    this.failure.catch(() => {});
    this.over = new Promise((resolve, reject) => {
      // Goes with the context, which the lifecycle disposes of.
      ctx.onAbort((error) => {
        discard({ [Symbol.asyncIterator]: () => this.iterator });
        reject(error);
      });
      this.finish = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown>> {
    try {
      const result = await abortable(this.iterator.next(), this.ctx);
      if (result.done) this.finish();
      return result;
    } catch (thrown) {
      this.finish(thrown);
      return await this.failure;
    }
  }

  /** The reader turns away: for the server that is a caller who canceled. */
  async return(): Promise<IteratorResult<unknown>> {
    this.ctx.cancel(new ServiceError('canceled', 'the caller closed the stream'));
    return { done: true, value: undefined };
  }

  /** Tells the reader how the stream failed. The first failure stands. */
  fail(error: ServiceError): void {
    this.tellReader(error);
  }
}
