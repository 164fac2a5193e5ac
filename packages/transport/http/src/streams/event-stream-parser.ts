import type { MessageParser, ParsedMessage } from './decoded-stream.ts';
import { LineSplitter, tooMuch } from './line-splitter.ts';

/** One event of a stream of Server-Sent Events, as it came. */
export interface ServerSentEvent {
  /** The name of its kind; `message` where it has none. */
  readonly event: string;
  /** Its text; several lines are joined with LF. */
  readonly data: string;
  /** The id of the last event that had one, which a client sends as `Last-Event-ID` to go on from there; empty without. */
  readonly id: string;
  /** How long to wait before the stream is opened again, in milliseconds, as the server last said. */
  readonly retryMs: number | undefined;
}

/**
 * Reads Server-Sent Events as the HTML standard says (§9.2.6), whatever the pieces that they come
 * in. An event whose blank line never came is dropped.
 */
export class EventStreamParser implements MessageParser<ServerSentEvent> {
  private readonly lines: LineSplitter;
  private readonly maxEventBytes: number;
  private isFinished = false;
  private isFirstLine = true;
  private event = '';
  private data: string[] = [];
  private bytes = 0;
  private id = '';
  private retryMs: number | undefined;

  constructor(maxEventBytes: number) {
    this.lines = new LineSplitter(maxEventBytes, true);
    this.maxEventBytes = maxEventBytes;
  }

  feed(chunk: Uint8Array): void {
    this.lines.feed(chunk);
  }

  finish(): void {
    this.isFinished = true;
  }

  next(): ParsedMessage<ServerSentEvent> | 'more' | 'end' {
    for (;;) {
      const line = this.lines.next();
      if (line === undefined) return this.isFinished ? 'end' : 'more';
      const event = line.length === 0 ? this.dispatch() : this.read(line);
      this.isFirstLine = false;
      if (event !== undefined) return { value: event };
    }
  }

  private dispatch(): ServerSentEvent | undefined {
    const { event, data, id, retryMs } = this;
    this.event = '';
    this.data = [];
    this.bytes = 0;
    if (data.length === 0) return undefined;
    return { event: event === '' ? 'message' : event, data: data.join('\n'), id, retryMs };
  }

  private read(line: Buffer): undefined {
    this.bytes += line.length;
    if (this.bytes > this.maxEventBytes)
      throw tooMuch(`an event is larger than ${this.maxEventBytes} bytes`);
    const whole = line.toString();
    const text = this.isFirstLine && whole.startsWith('\ufeff') ? whole.slice(1) : whole;
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1);
    this.take(name, value);
  }

  private take(name: string, value: string): void {
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.event = value;
    else if (name === 'id' && !value.includes('\0')) this.id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }
}
