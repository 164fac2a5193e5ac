import { unreadable } from '../client/reply.ts';
import type { BodyLimits } from '../codecs/body.ts';
import { parseJson } from '../codecs/json.ts';
import { problemInStream } from '../codecs/problem.ts';
import type { MessageParser, ParsedMessage } from './decoded-stream.ts';
import { LineSplitter, tooMuch } from './line-splitter.ts';
import { errorMark } from './ndjson-format.ts';

const errorBytes: Buffer = Buffer.from(errorMark);
const lineEnd: Buffer = Buffer.from('\n');
const byteOrderMark: Buffer = Buffer.from('\ufeff');

/** Reads messages, one JSON text on each line. Blank lines mean nothing. */
export class NdjsonParser implements MessageParser<unknown> {
  private readonly lines: LineSplitter;
  private readonly limits: BodyLimits;
  private readonly maxTotalBytes: number;
  private readonly isReply: boolean;
  private isFinished = false;
  private lineNumber = 0;
  private totalBytes = 0;

  /** Only in a reply can a line tell an error; and what is wrong with a reply is the server's fault. */
  constructor(limits: BodyLimits, maxTotalBytes: number, isReply: boolean) {
    this.lines = new LineSplitter(limits.maxBodyBytes);
    this.limits = limits;
    this.maxTotalBytes = maxTotalBytes;
    this.isReply = isReply;
  }

  feed(chunk: Uint8Array): void {
    this.totalBytes += chunk.length;
    if (this.totalBytes > this.maxTotalBytes) {
      throw tooMuch(`the stream is larger than ${this.maxTotalBytes} bytes`);
    }
    this.lines.feed(chunk);
  }

  finish(): void {
    this.isFinished = true;
    // The last line may lack its end; after one that does not this is a blank line.
    this.lines.feed(lineEnd);
  }

  next(): ParsedMessage<unknown> | 'more' | 'end' {
    for (;;) {
      const line = this.lines.next();
      if (line === undefined) return this.isFinished ? 'end' : 'more';
      const message = this.parse(line);
      if (message !== undefined) return message;
    }
  }

  private parse(line: Buffer): ParsedMessage<unknown> | undefined {
    this.lineNumber++;
    const text = this.lineNumber === 1 && startsWith(line, byteOrderMark) ? line.subarray(3) : line;
    if (isBlank(text)) return undefined;
    if (!this.isReply) return { value: this.json(text) };
    if (startsWith(text, errorBytes)) {
      throw problemInStream(text.subarray(errorBytes.length).toString());
    }
    try {
      return { value: this.json(text) };
    } catch (error) {
      throw unreadable(error);
    }
  }

  private json(text: Buffer): unknown {
    return parseJson(text, this.limits.maxJsonDepth, `line ${this.lineNumber}`);
  }
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes[0] === prefix[0] && bytes.subarray(0, prefix.length).equals(prefix);
}

/** Nothing but spaces and tabs; a CR in the middle of a line is white space to JSON as well. */
function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 32 && byte !== 9 && byte !== 13) return false;
  return true;
}
