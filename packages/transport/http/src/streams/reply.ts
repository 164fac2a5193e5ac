import type { Context } from '@fairlead/endpoint';
import type { HttpServerCall } from '../call.ts';
import type { HttpReply } from '../reply.ts';
import type { StreamCodec } from './codec.ts';

/** Encodes a stream of responses, and says of the operation that it streams. */
export interface StreamEncoder<Res> extends StreamCodec {
  (response: AsyncIterable<Res>, call: HttpServerCall, ctx: Context): HttpReply;
}

/** For proxies: nginx collects a reply before it hands it on, unless it is told not to. */
export const streamHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};
