import { ServiceError } from '@fairlead/endpoint';
import { httpStatus } from '../status.ts';

const lf = 10;
const cr = 13;

/**
 * Cuts bytes that come in pieces into lines, wherever the pieces end. A line ends with LF or CRLF,
 * and, where `loneCr` says so, with a CR alone. It holds one piece and the start of one line.
 */
export class LineSplitter {
  private readonly maxBytes: number;
  private readonly loneCr: boolean;
  private chunk: Buffer = empty;
  private position = 0;
  /** Where the next CR of the chunk is; the chunk's length where there is none. */
  private nextCr = 0;
  /** The line that began in earlier pieces: room that grows, so that tiny pieces cost no more than their bytes. */
  private partial: Buffer = empty;
  private partialBytes = 0;
  /** A CR has ended the last line; an LF that follows belongs to it. */
  private afterCr = false;

  /** A line longer than `maxBytes` throws `resource_exhausted`. */
  constructor(maxBytes: number, loneCr = false) {
    this.maxBytes = maxBytes;
    this.loneCr = loneCr;
  }

  /** Takes the next piece, once {@link next} has no more of the last. */
  feed(chunk: Uint8Array): void {
    this.chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.position = 0;
    this.nextCr = this.loneCr ? this.find(cr) : this.chunk.length;
  }

  /** The next line without its end, to be used before the next call; undefined where its end has not come yet. */
  next(): Buffer | undefined {
    if (this.afterCr && this.position < this.chunk.length) {
      this.afterCr = false;
      if (this.chunk[this.position] === lf) this.position++;
    }
    const nextLf = this.find(lf);
    if (this.loneCr && this.nextCr < this.position) this.nextCr = this.find(cr);
    const end = Math.min(nextLf, this.nextCr);
    const piece = this.chunk.subarray(this.position, end);
    if (end === this.chunk.length) {
      this.keep(piece);
      this.position = end;
      return undefined;
    }
    this.position = end + 1;
    this.afterCr = this.loneCr && end === this.nextCr;
    return this.trim(this.join(piece));
  }

  private find(byte: number): number {
    const found = this.chunk.indexOf(byte, this.position);
    return found < 0 ? this.chunk.length : found;
  }

  private join(piece: Buffer): Buffer {
    if (this.partialBytes === 0) {
      if (piece.length > this.maxBytes) throw tooLong(this.maxBytes);
      return piece;
    }
    this.keep(piece);
    const line = this.partial.subarray(0, this.partialBytes);
    // The room goes to whoever got the line.
    this.partial = empty;
    this.partialBytes = 0;
    return line;
  }

  private keep(piece: Buffer): void {
    if (piece.length === 0) return;
    const bytes = this.partialBytes + piece.length;
    if (bytes > this.maxBytes) throw tooLong(this.maxBytes);
    if (bytes > this.partial.length) {
      const room = Buffer.allocUnsafe(Math.max(bytes, 2 * this.partial.length, 256));
      this.partial.copy(room, 0, 0, this.partialBytes);
      this.partial = room;
    }
    piece.copy(this.partial, this.partialBytes);
    this.partialBytes = bytes;
  }

  private trim(line: Buffer): Buffer {
    return !this.loneCr && line.at(-1) === cr ? line.subarray(0, -1) : line;
  }
}

const empty = Buffer.alloc(0);

/** More came of a stream than its limit allows. */
export function tooMuch(message: string): ServiceError {
  const error = new ServiceError('resource_exhausted', message, { retryable: false });
  return Object.assign(error, { [httpStatus]: 413 });
}

function tooLong(maxBytes: number): ServiceError {
  return tooMuch(`a line is longer than ${maxBytes} bytes`);
}
