import { joined } from '../codecs/joined.ts';
import { codecs } from './content-codecs.ts';
import type { ContentCoding } from './content-coding.ts';

type Chunk = string | Uint8Array;

/**
 * A streamed body, compressed: each chunk goes out at once, so that a message waits for no other.
 * It closes its source when it is closed itself, also while it waits for it.
 */
export function compressedBody(
  body: AsyncIterable<Chunk>,
  coding: ContentCoding,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => new CompressedChunks(body[Symbol.asyncIterator](), coding),
  };
}

/** By hand, since a generator could not be closed while it waits for the source. */
class CompressedChunks implements AsyncIterator<Uint8Array> {
  private readonly source: AsyncIterator<Chunk>;
  private readonly compressor: ReturnType<(typeof codecs)[ContentCoding]['createCompressor']>;
  private readonly flush: number;
  private ended = false;

  constructor(source: AsyncIterator<Chunk>, coding: ContentCoding) {
    this.source = source;
    this.compressor = codecs[coding].createCompressor();
    this.flush = codecs[coding].flush;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    while (!this.ended) {
      const result = await this.read();
      if (this.ended) break;
      const bytes = result.done ? await this.finish() : await this.write(result.value);
      if (bytes.length > 0) return { done: false, value: bytes };
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.ended = true;
    this.compressor.destroy();
    await this.source.return?.();
    return { done: true, value: undefined };
  }

  private async read(): Promise<IteratorResult<Chunk>> {
    try {
      return await this.source.next();
    } catch (error) {
      this.ended = true;
      this.compressor.destroy();
      throw error;
    }
  }

  /** What the compressor makes of a chunk. */
  private async write(chunk: Chunk): Promise<Buffer> {
    const { compressor } = this;
    await this.settled((done) => {
      compressor.write(chunk);
      compressor.flush(this.flush, done);
    });
    return compressor.read() ?? nothing;
  }

  /** What the compressor still holds, and its end. */
  private async finish(): Promise<Buffer> {
    this.ended = true;
    const rest: Buffer[] = [];
    await this.settled((done) => {
      this.compressor.on('data', (bytes: Buffer) => rest.push(bytes)).on('end', done);
      this.compressor.end();
    });
    return joined(rest);
  }

  /** Waits for a step of the compressor, or until it is destroyed. */
  private settled(start: (done: () => void) => void): Promise<void> {
    const { compressor } = this;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        compressor.off('error', reject).off('close', done);
        resolve();
      };
      compressor.on('error', reject).on('close', done);
      start(done);
    });
  }
}

const nothing = Buffer.alloc(0);
