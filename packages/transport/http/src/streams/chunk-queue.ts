/** What chunks come from, as far as whoever reads them has a say. */
export interface ChunkSource {
  pause(): void;
  resume(): void;
  /** The reader wants no more, and the end has not come. */
  close(): void;
}

/** How many bytes wait for their reader before the source is paused: one read of a socket. */
const maxWaitingBytes = 65_536;

/** What a chunk counts at least, so that many tiny ones are bounded too. */
const chunkCost = 256;

interface Reader {
  resolve(result: IteratorResult<Buffer>): void;
  reject(error: unknown): void;
}

/**
 * Chunks on their way from a source that pushes to a reader that pulls. A slow reader pauses the
 * source; a reader that turns away closes it.
 */
export class ChunkQueue implements AsyncIterableIterator<Buffer> {
  private readonly source: ChunkSource;
  private readonly chunks: Buffer[] = [];
  private readonly readers: Reader[] = [];
  private bytes = 0;
  private paused = false;
  private ending: { readonly error: unknown } | undefined;

  constructor(source: ChunkSource) {
    this.source = source;
  }

  /** Hands a chunk on. What comes after the end is dropped. */
  push(chunk: Buffer): void {
    if (this.ending !== undefined) return;
    const reader = this.readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: chunk });
      return;
    }
    this.chunks.push(chunk);
    this.bytes += Math.max(chunk.length, chunkCost);
    if (this.paused || this.bytes < maxWaitingBytes) return;
    this.paused = true;
    this.source.pause();
  }

  /** The source is done: what waits is still read, then comes the end, or the error. The first ending stands. */
  end(error?: unknown): void {
    if (this.ending !== undefined) return;
    this.ending = { error };
    for (const { resolve, reject } of this.readers.splice(0)) {
      if (error === undefined) resolve(done);
      else reject(error);
    }
  }

  /** Ends at once: what waits is dropped. */
  abort(error: unknown): void {
    if (this.ending === undefined) this.drop();
    this.end(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer>> {
    const chunk = this.chunks.shift();
    if (chunk !== undefined) {
      this.bytes -= Math.max(chunk.length, chunkCost);
      if (this.paused && this.bytes < maxWaitingBytes / 2) {
        this.paused = false;
        this.source.resume();
      }
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.ending === undefined) {
      return new Promise((resolve, reject) => this.readers.push({ resolve, reject }));
    }
    const { error } = this.ending;
    return error === undefined ? Promise.resolve(done) : Promise.reject(error);
  }

  return(): Promise<IteratorResult<Buffer>> {
    this.drop();
    const isEarly = this.ending === undefined;
    this.end();
    if (isEarly) this.source.close();
    return Promise.resolve(done);
  }

  private drop(): void {
    this.chunks.length = 0;
    this.bytes = 0;
  }
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };
