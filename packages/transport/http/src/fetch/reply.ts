import { discard, isAsyncIterable } from '@fairlead/endpoint';
import type { HttpReply } from '../reply.ts';
import { checkStatus, isReserved, mayHaveLength } from '../reply-head.ts';
import { type CallEnd, type ReplyStream, replyStream } from './stream.ts';

const encoder = new TextEncoder();

/** A reply on its way. */
interface Answer {
  readonly response: Response;
  /** Settles when a streamed body has; undefined for one that is whole. */
  readonly ended: Promise<number> | undefined;
}

/** Makes the response of a reply, with the headers that hooks have added beside it. Throws for what cannot be sent. */
export function fetchResponse(
  reply: HttpReply,
  method: string,
  added: Headers | undefined,
  end: CallEnd,
): Answer {
  const { status, body } = reply;
  checkStatus(status);
  const headers = headersOf(reply, added);
  const isBodiless = method === 'HEAD' || status === 204 || status === 205 || status === 304;
  if (isAsyncIterable(body)) {
    if (isBodiless) discard(body);
    const stream: ReplyStream | undefined = isBodiless ? undefined : replyStream(reply, body, end);
    const response = new Response(stream?.readable ?? null, { status, headers });
    return { response, ended: stream?.ended };
  }
  const bytes = typeof body === 'string' ? encoder.encode(body) : body;
  if (mayHaveLength(status)) headers.set('content-length', String(bytes?.length ?? 0));
  // Sound: a view of bytes is a body, whatever buffer is below it; its type says so only of ArrayBuffer.
  const whole = isBodiless ? null : ((bytes ?? null) as Uint8Array<ArrayBuffer> | null);
  return { response: new Response(whole, { status, headers }), ended: undefined };
}

/** The response of a reply that is no call's and has no body. */
export function plainResponse({ status, headers }: HttpReply): Response {
  return new Response(null, { status, headers: headersOf({ headers }, undefined) });
}

/** The response that says nothing but its status. */
export function bareResponse(status: number): Response {
  return new Response(null, { status, headers: { connection: 'close', 'content-length': '0' } });
}

/** A header of the reply takes the place of one that a hook has set, as it does in Node. */
function headersOf({ headers }: Pick<HttpReply, 'headers'>, added: Headers | undefined): Headers {
  const all = new Headers(added);
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (isReserved(name, value)) continue;
    if (typeof value === 'string') all.set(name, value);
    else setEach(all, name, value);
  }
  return all;
}

function setEach(headers: Headers, name: string, values: readonly string[]): void {
  headers.delete(name);
  for (const value of values) headers.append(name, value);
}
