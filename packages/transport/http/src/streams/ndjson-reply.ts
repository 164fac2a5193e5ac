import { type Context, checkNumber } from '@fairlead/endpoint';
import type { HttpServerCall } from '../call.ts';
import { problemText } from '../codecs/problem.ts';
import { streamCodec } from './codec.ts';
import { EncodedStream, type StreamFormat } from './encoded-stream.ts';
import { errorMark, ndjsonLine, ndjsonType } from './ndjson-format.ts';
import { type StreamEncoder, streamHeaders } from './reply.ts';

/** How a stream goes out as newline-delimited JSON. */
export interface NdjsonReplyOptions {
  /**
   * How long nothing is sent before a blank line shows that the stream is alive, in milliseconds on
   * the call's clock. Default: never.
   */
  readonly heartbeatMs?: number | undefined;
}

/**
 * Sends a stream of responses as newline-delimited JSON, one message on each line, as they come and
 * no faster than the client reads. This is what `httpHandler` does by default with a stream.
 *
 * An error after the head is the last line: `error ` and then the problem+json object of the error.
 * No JSON begins like that, so it is no message to anybody.
 */
export function ndjsonReply({
  heartbeatMs = Infinity,
}: NdjsonReplyOptions = {}): StreamEncoder<unknown> {
  const format: StreamFormat<unknown> = {
    message: ndjsonLine,
    error: (error) => `${errorMark}${problemText(error)}\n`,
    start: '',
    end: '',
    heartbeat: '\n',
    heartbeatMs: checkNumber('heartbeatMs', heartbeatMs, { min: 1 }),
  };
  const headers = { 'content-type': ndjsonType, ...streamHeaders };
  return streamCodec((response: AsyncIterable<unknown>, _call: HttpServerCall, ctx: Context) => {
    const body = new EncodedStream(response, format, ctx);
    return { status: 200, headers, body, streamError: body.streamError };
  });
}
