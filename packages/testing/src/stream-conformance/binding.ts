import type { Endpoint } from '@fairlead/endpoint';
import type { Message, Pair, PairOptions } from '../transport-conformance/binding.ts';

/** A stream of what the suite sends. */
export type Messages = AsyncIterable<Message>;

/** Serves an endpoint and joins a client to it. */
export type MakePair<Req, Res> = (
  endpoint: Endpoint<Req, Res>,
  options: PairOptions<Res>,
) => Promise<Pair<Req, Res>>;

/** A transport that streams, as the suite drives it. A kind that it has not is skipped by its name. */
export interface StreamBinding {
  /** Pairs of kind `server_stream`. */
  readonly serverStream?: MakePair<Message, Messages> | undefined;
  /** Pairs of kind `client_stream`. */
  readonly clientStream?: MakePair<Messages, Message> | undefined;
  /** Pairs of kind `bidi_stream`. */
  readonly bidiStream?: MakePair<Messages, Messages> | undefined;
}

/** A requirement of one kind of stream, before it is given the pairs that it examines. */
export type StreamRequirement<Req, Res> = readonly [
  name: string,
  check: (makePair: MakePair<Req, Res>) => Promise<void>,
];

/** What a stream of responses must do. */
export type ResponsesRequirement = StreamRequirement<Message, Messages>;

/** What a stream of requests must do. */
export type RequestsRequirement = StreamRequirement<Messages, Message>;

/** What streams in both directions must do. */
export type BidiRequirement = StreamRequirement<Messages, Messages>;

/** Runs a check against a pair that is closed on every path. */
export async function withStreamPair<Req, Res, T>(
  makePair: MakePair<Req, Res>,
  endpoint: Endpoint<Req, Res>,
  check: (call: Endpoint<Req, Res>) => Promise<T>,
  options: PairOptions<Res> = {},
): Promise<T> {
  const pair = await makePair(endpoint, options);
  try {
    return await check(pair.call);
  } finally {
    await pair.close();
  }
}
