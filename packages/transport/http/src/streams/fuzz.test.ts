import { background } from '@fairlead/endpoint';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEventStream } from '../../test/event-source.ts';
import { DecodedStream, type MessageParser } from './decoded-stream.ts';
import { EncodedStream, type StreamFormat } from './encoded-stream.ts';
import { type EventToSend, eventText } from './event-stream-format.ts';
import { EventStreamParser } from './event-stream-parser.ts';
import { LineSplitter } from './line-splitter.ts';
import { ndjsonLine } from './ndjson-format.ts';
import { NdjsonParser } from './ndjson-parser.ts';

/** Bytes cut anywhere, also into nothing. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.slice(ends[i - 1] ?? 0, end));
}

async function* streamOf<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of stream) all.push(value);
  return all;
}

/** The messages of some pieces, or the message of the error. */
async function outcome<T>(parser: MessageParser<T>, chunks: readonly Uint8Array[]) {
  const messages: T[] = [];
  try {
    for await (const message of new DecodedStream(streamOf(chunks), parser, background)) {
      messages.push(message);
    }
    return { messages };
  } catch (error) {
    return { messages, error: String(error) };
  }
}

const cuts = fc.array(fc.nat(), { maxLength: 20 });
const limits = { maxBodyBytes: 40, maxJsonDepth: 8 };

/** Text that is full of what the parsers look at. */
const tricky = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\r', '\r\n', '\n\n', ':', ' ', 'data', 'data:', 'data: ', 'event: x'),
      fc.constantFrom(
        'id:',
        'id: 7',
        'retry: 12',
        'retry: 1x',
        '\ufeff',
        '\0',
        '€',
        '1',
        '{"a":',
        '}',
      ),
      fc.constantFrom('error ', '"x"', ': c'),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => new TextEncoder().encode(parts.join('')));

describe('the parsers of streams', () => {
  it('find the same in bytes however these are cut: NDJSON', async () => {
    await fc.assert(
      fc.asyncProperty(tricky, cuts, fc.boolean(), async (bytes, at, isReply) => {
        const whole = await outcome(new NdjsonParser(limits, 1e6, isReply), [bytes]);
        const cut = await outcome(new NdjsonParser(limits, 1e6, isReply), pieces(bytes, at));
        expect(cut).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });

  it('find the same in bytes however these are cut: events, as a browser does', async () => {
    await fc.assert(
      fc.asyncProperty(tricky, cuts, async (bytes, at) => {
        const { messages } = await outcome(new EventStreamParser(1e6), pieces(bytes, at));
        const { events } = parseEventStream(bytes);
        expect(
          messages.map(({ event, data, id }) => ({ type: event, data, lastEventId: id })),
        ).toEqual(events);
      }),
      { numRuns: 2000 },
    );
  });

  it('keep their limit however the bytes are cut', () => {
    fc.assert(
      fc.property(tricky, cuts, fc.boolean(), (bytes, at, loneCr) => {
        const read = (chunks: readonly Uint8Array[]): string[] => {
          const lines = new LineSplitter(8, loneCr);
          const found: string[] = [];
          try {
            for (const chunk of chunks) {
              lines.feed(chunk);
              for (let line = lines.next(); line !== undefined; line = lines.next()) {
                found.push(line.toString('latin1'));
              }
            }
          } catch {
            found.push('too long');
          }
          return found;
        };
        const found = read(pieces(bytes, at));
        const lines = found.at(-1) === 'too long' ? found.slice(0, -1) : found;
        expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThanOrEqual(8);
        expect(found).toEqual(read([bytes]));
      }),
    );
  });

  /** Without the keys that poison what they are copied into: the parser refuses those. */
  const harmless = fc
    .jsonValue({ maxDepth: 3 })
    .filter((value) => !/"(?:__proto__|constructor)":/.test(JSON.stringify(value)));

  it('find what was sent: NDJSON', async () => {
    const format: StreamFormat<unknown> = {
      message: ndjsonLine,
      start: '',
      end: '',
      heartbeat: '\n',
      heartbeatMs: Infinity,
    };
    await fc.assert(
      fc.asyncProperty(fc.array(harmless), cuts, async (values, at) => {
        const text = (await collect(new EncodedStream(streamOf(values), format, background))).join(
          '',
        );
        const parser = new NdjsonParser({ maxBodyBytes: 1e6, maxJsonDepth: 64 }, 1e6, true);
        const { messages } = await outcome(parser, pieces(Buffer.from(text), at));
        expect(JSON.stringify(messages)).toBe(JSON.stringify(values));
      }),
    );
  });

  it('find what was sent: events', async () => {
    const oneLine = fc
      .string()
      .filter((text) => !/[\r\n\0]/.test(text) && text !== 'error' && text !== 'end');
    const sent: fc.Arbitrary<EventToSend> = fc.record({
      text: fc.string(),
      event: oneLine,
      id: oneLine,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sent), cuts, async (all, at) => {
        const bytes = Buffer.from(all.map(eventText).join(''));
        const { messages } = await outcome(new EventStreamParser(1e6), pieces(bytes, at));
        expect(messages).toEqual(
          all.map(({ text, event, id }) => ({
            event: event === '' ? 'message' : event,
            data: text?.replace(/\r\n|\r/g, '\n'),
            id,
            retryMs: undefined,
          })),
        );
      }),
    );
  });
});
