import { type Context, isAsyncIterable } from '@fairlead/endpoint';
import type { HttpServerCall } from '../call.ts';
import type { HttpReply } from '../reply.ts';
import { ndjsonReply } from '../streams/ndjson-reply.ts';
import { jsonReply } from './json-reply.ts';

const streamReply = /* @__PURE__ */ ndjsonReply();

/** The reply of a response where nobody says how it is encoded: JSON, and a stream as one message on each line. */
export function defaultReply(response: unknown, call: HttpServerCall, ctx: Context): HttpReply {
  return isAsyncIterable(response) ? streamReply(response, call, ctx) : jsonReply(response);
}
