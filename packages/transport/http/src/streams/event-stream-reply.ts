import { type Context, checkNumber } from '@fairlead/endpoint';
import type { HttpServerCall } from '../call.ts';
import { problemText } from '../codecs/problem.ts';
import { streamCodec } from './codec.ts';
import { EncodedStream, type StreamFormat } from './encoded-stream.ts';
import {
  type EventToSend,
  endEvent,
  endingText,
  errorEvent,
  eventStreamType,
  eventText,
} from './event-stream-format.ts';
import { type StreamEncoder, streamHeaders } from './reply.ts';

/** How a stream goes out as Server-Sent Events. */
export interface EventStreamReplyOptions<Res> {
  /** Makes an event of each message. Default: the message as its `data`, without id and name. */
  readonly event?: ((message: Res) => EventToSend) | undefined;
  /**
   * How long nothing is sent before a comment shows that the stream is alive, in milliseconds on the
   * call's clock. Default 15 000; `Infinity` for never. None is sent while the client does not read.
   */
  readonly heartbeatMs?: number | undefined;
  /** How long a client that has lost the stream waits before it opens it again, in milliseconds. Default: as it likes. */
  readonly retryMs?: number | undefined;
}

/**
 * Sends a stream of responses as Server-Sent Events, for browsers' `EventSource` and for
 * `eventStreamBody`, as they come and no faster than the client reads.
 *
 * ```ts
 * eventStreamReply<Tick>({ event: (tick) => ({ id: String(tick.n), data: tick }), retryMs: 1000 })
 * ```
 *
 * The stream's end is an event `end` without data. An error after the head is an event `error` whose
 * data is its problem+json. To go on where a client lost the stream, `decode` reads
 * `lastEventId(request)`.
 */
export function eventStreamReply<Res = unknown>(
  options: EventStreamReplyOptions<Res> = {},
): StreamEncoder<Res> {
  const { event = (data: Res): EventToSend => ({ data }), heartbeatMs = 15_000, retryMs } = options;
  checkNumber('retryMs', retryMs ?? 0, { integer: true });
  const format: StreamFormat<Res> = {
    message: (message) => eventText(event(message)),
    error: (error) => endingText(errorEvent, problemText(error)),
    start: retryMs === undefined ? '' : `retry: ${retryMs}\n\n`,
    end: endingText(endEvent, ''),
    heartbeat: ':\n\n',
    heartbeatMs: checkNumber('heartbeatMs', heartbeatMs, { min: 1 }),
  };
  const headers = { 'content-type': eventStreamType, ...streamHeaders };
  return streamCodec((response: AsyncIterable<Res>, _call: HttpServerCall, ctx: Context) => {
    const body = new EncodedStream(response, format, ctx);
    return { status: 200, headers, body, streamError: body.streamError };
  });
}

/**
 * The id of the last event that a client got before it lost the stream; undefined where it opens it
 * for the first time. It is as the client sent it: check it like any other input.
 */
export function lastEventId(request: {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}): string | undefined {
  const id = request.headers['last-event-id'];
  // Browsers send UTF-8, of which Node makes one character for each byte.
  return typeof id === 'string' && id !== '' ? Buffer.from(id, 'latin1').toString() : undefined;
}
