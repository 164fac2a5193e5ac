import { type Context, checkNumber } from '@fairlead/endpoint';
import { mapStream } from '@fairlead/transport';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type HttpClientReply, unreadable } from '../client/reply.ts';
import { parseJson } from '../codecs/json.ts';
import { problemInStream } from '../codecs/problem.ts';
import { messageCheck, type StreamDecoder } from './body.ts';
import { streamCodec } from './codec.ts';
import { DecodedStream, type MessageParser } from './decoded-stream.ts';
import { endEvent, errorEvent, eventStreamType } from './event-stream-format.ts';
import { EventStreamParser, type ServerSentEvent } from './event-stream-parser.ts';
import { checkStreamType } from './type.ts';

/** Limits of Server-Sent Events that are read. */
export interface EventStreamBodyOptions {
  /** The largest event, in bytes. Default: what the client allows a reply (`maxResponseBytes`). A larger one is `resource_exhausted`. */
  readonly maxEventBytes?: number | undefined;
}

/**
 * Decodes a reply of Server-Sent Events as it comes, for the `decode` of a client's endpoint: the
 * JSON in the `data` of each event, whatever its name.
 *
 * - `eventStreamBody(schema)` checks each message with any Standard Schema; `eventStreamBody<T>()`
 *   takes the server's word that it is a `T`.
 * - The stream ends with an event `end`, or with the reply. An event `error` ends it with the
 *   ServiceError that its problem+json carries; a reply that breaks off with `unavailable`.
 * - The server is read no faster than the messages are; leaving the loop aborts the request.
 */
export function eventStreamBody<Schema extends StandardSchemaV1>(
  schema: Schema,
  options?: EventStreamBodyOptions,
): StreamDecoder<HttpClientReply, StandardSchemaV1.InferOutput<Schema>>;
export function eventStreamBody<T>(
  schema?: undefined,
  options?: EventStreamBodyOptions,
): StreamDecoder<HttpClientReply, T>;
export function eventStreamBody(
  schema?: StandardSchemaV1,
  options?: EventStreamBodyOptions,
): StreamDecoder<HttpClientReply, unknown> {
  const events = serverSentEvents(options);
  const check = messageCheck(schema, true);
  return streamCodec(
    (reply: HttpClientReply, ctx: Context) =>
      mapStream(events(reply, ctx), ({ data }) => {
        const value = messageOf(data);
        return check === undefined ? value : check(value);
      }),
    eventStreamType,
  );
}

/**
 * Decodes a reply into the events themselves, with their names and ids and their text as it came:
 * for events that are no JSON, and to go on later from the last id. How it ends is the same as with
 * {@link eventStreamBody}.
 */
export function serverSentEvents(
  options: EventStreamBodyOptions = {},
): StreamDecoder<HttpClientReply, ServerSentEvent> {
  const { maxEventBytes } = options;
  checkNumber('maxEventBytes', maxEventBytes ?? 0);
  return streamCodec((reply: HttpClientReply, ctx: Context) => {
    checkStreamType(reply, [eventStreamType]);
    const parser = new EventStreamParser(maxEventBytes ?? reply.limits.maxBodyBytes);
    return new DecodedStream(reply.stream(), untilEnd(parser), ctx);
  }, eventStreamType);
}

/** The events until the one that says how the stream ended. */
function untilEnd(parser: EventStreamParser): MessageParser<ServerSentEvent> {
  return {
    feed: (chunk) => parser.feed(chunk),
    finish: () => parser.finish(),
    next() {
      const found = parser.next();
      if (typeof found === 'string') return found;
      const { event, data } = found.value;
      if (event === errorEvent) throw problemInStream(data);
      return event === endEvent && data === '' ? 'end' : found;
    },
  };
}

function messageOf(data: string): unknown {
  try {
    return parseJson(Buffer.from(data), undefined, 'the data of an event');
  } catch (error) {
    throw unreadable(error);
  }
}
