import { discard, ServiceError } from '@fairlead/endpoint';

type Chunk = IteratorResult<string | Uint8Array, undefined>;

/**
 * A request's body on its way out. undici reads it and waits for each chunk; whoever made the call
 * can close it meanwhile, and hears what it failed with.
 */
export class OutgoingStream implements AsyncIterableIterator<string | Uint8Array, undefined> {
  private readonly body: AsyncIterable<string | Uint8Array>;
  private readonly onError: (error: ServiceError) => void;
  private source: AsyncIterator<string | Uint8Array> | undefined;
  private leave: ((chunk: Chunk) => void) | undefined;
  private isClosed = false;

  constructor(body: AsyncIterable<string | Uint8Array>, onError: (error: ServiceError) => void) {
    this.body = body;
    this.onError = onError;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Chunk> {
    if (this.isClosed) return Promise.resolve(done);
    return new Promise((resolve, reject) => {
      this.leave = resolve;
      const failed = (error: unknown): void => {
        this.leave = undefined;
        if (this.isClosed) return;
        this.isClosed = true;
        this.onError(ServiceError.from(error));
        // undici destroys the connection then, so that the server sees no whole request.
        reject(error);
      };
      try {
        this.source ??= this.body[Symbol.asyncIterator]();
        this.source.next().then((result) => {
          this.leave = undefined;
          if (result.done) this.isClosed = true;
          resolve(result.done ? done : result);
        }, failed);
      } catch (error) {
        failed(error);
      }
    });
  }

  /** What undici calls when it wants no more. */
  return(): Promise<Chunk> {
    this.close();
    return Promise.resolve(done);
  }

  /** Nobody wants more of it. Only for a call that is over: undici takes it for the end of the body. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const { source } = this;
    discard(source === undefined ? this.body : { [Symbol.asyncIterator]: () => source });
    this.leave?.(done);
  }
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };
