import type { Context } from '@fairlead/endpoint';
import type { HttpServerCall } from '../call.ts';
import { streamCodec } from '../streams/codec.ts';
import { eventStreamType } from '../streams/event-stream-format.ts';
import { type EventStreamReplyOptions, eventStreamReply } from '../streams/event-stream-reply.ts';
import { ndjsonReply } from '../streams/ndjson-reply.ts';
import type { StreamEncoder } from '../streams/reply.ts';

/**
 * Sends a stream of responses as Server-Sent Events to a client whose `Accept` names
 * `text/event-stream`, as browsers' `EventSource` and `eventStreamBody` do, and as newline-delimited
 * JSON to any other. The options are those of the events.
 */
export function streamReply<Res = unknown>(
  options: EventStreamReplyOptions<Res> = {},
): StreamEncoder<Res> {
  const events = eventStreamReply(options);
  const lines = ndjsonReply();
  return streamCodec((response: AsyncIterable<Res>, call: HttpServerCall, ctx: Context) => {
    const encode = asksForEvents(call.headers.accept) ? events : lines;
    const reply = encode(response, call, ctx);
    return { ...reply, headers: { ...reply.headers, vary: 'accept' } };
  });
}

/** Whether the type is named, and not refused with a weight of 0. */
function asksForEvents(accept = ''): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .some(
      ([type, ...parameters]) =>
        type === eventStreamType && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)),
    );
}
