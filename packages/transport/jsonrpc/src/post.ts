import type { Context } from '@fairlead/endpoint';
import { type HttpClient, type HttpClientReply, jsonType } from '@fairlead/http';
import type { OutgoingCall } from './client-call.ts';
import { type JsonrpcReply, readReply } from './client-reply.ts';

/** Sends one call and waits for the reply that holds its answer. */
export type SendCall = (call: OutgoingCall, ctx: Context) => Promise<JsonrpcReply>;

/** Sends calls with the same headers in one POST: as a batch, or as a single message where it is one. */
export type PostCalls = (calls: readonly OutgoingCall[], ctx: Context) => Promise<JsonrpcReply>;

/** Sends over an HTTP client, to a path below its base URL. */
export function postCalls(http: HttpClient, path: string): PostCalls {
  const post = http.endpoint<readonly OutgoingCall[], HttpClientReply>({
    path,
    name: 'jsonrpc',
    headers: { accept: 'application/json', 'content-type': jsonType },
    encode: (calls) => ({ headers: calls[0]?.headers, body: bodyOf(calls) }),
    // An error may have any status: the body says what it is.
    isSuccess: () => true,
    decode: (reply) => reply,
    // Each call has its own limit, which is in the context.
    timeoutMs: Infinity,
  });
  return async (calls, ctx) => readReply(await post(calls, ctx));
}

function bodyOf(calls: readonly OutgoingCall[]): string {
  const texts = calls.map(({ text }) => text);
  return texts.length === 1 ? texts.join() : `[${texts.join(',')}]`;
}
