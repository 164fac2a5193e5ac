import type { Context } from '@fairlead/endpoint';
import type { HttpOutgoing } from '../client/outgoing.ts';
import { type StreamCodec, streamCodec } from './codec.ts';
import { EncodedStream, type StreamFormat } from './encoded-stream.ts';
import { ndjsonLine, ndjsonType } from './ndjson-format.ts';

const requestFormat: StreamFormat<unknown> = {
  message: ndjsonLine,
  start: '',
  end: '',
  heartbeat: '\n',
  heartbeatMs: Infinity,
  // The head goes with the first chunk: a sender that waits for an answer first has none to give.
  firstHeartbeatMs: 0,
};

/**
 * Sends a stream of requests as newline-delimited JSON, as they come and no faster than the server
 * reads: the `encode` of a client's endpoint, or a part of one.
 *
 * ```ts
 * client.endpoint<AsyncIterable<Point>, Summary>({ path: '/route', encode: ndjsonRequest })
 * encode: ({ id, points }, ctx) => ({ ...ndjsonRequest(points, ctx), path: `/route/${id}` }), kind: 'client_stream'
 * ```
 *
 * What the messages fail with aborts the request and is the error of the call. The messages are
 * closed when the call ends before they do. It is the default for a request that is a stream.
 */
export const ndjsonRequest: StreamCodec &
  ((messages: AsyncIterable<unknown>, ctx: Context) => HttpOutgoing) = streamCodec(
  (messages: AsyncIterable<unknown>, ctx: Context): HttpOutgoing => ({
    headers: { 'content-type': ndjsonType },
    body: new EncodedStream(messages, requestFormat, ctx),
  }),
);
