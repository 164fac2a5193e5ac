import { type Context, discard, isAsyncIterable } from '@fairlead/endpoint';
import type { NodeResponse, NodeServerCall } from '../call.ts';
import { jsonHeaders, jsonType } from '../codecs/json-reply.ts';
import type { HttpReply } from '../reply.ts';
import { checkStatus, isReserved, mayHaveLength } from '../reply-head.ts';
import { type HttpHeaders, statusOf } from '../status.ts';
import { breakOff, type HeadLines, isClosed, writeHead } from './response.ts';
import { sendStream } from './send-stream.ts';

/**
 * Sends a reply: whole, with its length, or its stream as it comes. A response that a hook has ended
 * already stays as it is, and so does one whose stream has failed: its head is gone.
 */
export function send(
  reply: HttpReply,
  call: NodeServerCall,
  ctx: Context,
): number | Promise<number> {
  const { status, headers, body } = reply;
  const { response } = call;
  if (response.writableEnded || (response.headersSent && isClosed(response))) {
    discard(body);
    return response.statusCode;
  }
  checkStatus(status);
  if (isAsyncIterable(body)) return sendStream(reply, body, headLines(headers), response, ctx);
  const lines = mayHaveLength(status)
    ? headLines(headers, 'content-length', String(byteLength(body)))
    : headLines(headers);
  writeHead(response, status, lines);
  response.end(body);
  return status;
}

/** Sends a reply that is no call's and has no body. */
export function sendBare({ status, headers }: HttpReply, response: NodeResponse): void {
  writeHead(response, status, headLines(headers));
  response.end();
}

/** Ends a call that cannot be answered as it should: not at all when nobody is there, else with a bare 500. */
export function abandon({ response }: NodeServerCall): number {
  if (response.headersSent || isClosed(response)) {
    breakOff(response);
    // Whatever went wrong after the client had left, nobody was answered.
    return response.headersSent ? response.statusCode : statusOf('canceled');
  }
  writeHead(response, 500, ['connection', 'close', 'content-length', '0']);
  response.end();
  return 500;
}

/** The headers of a reply as {@link HeadLines}, and more behind them. */
function headLines(headers: HttpHeaders, ...more: readonly string[]): HeadLines {
  // Those of most replies, which are known to be no others'.
  if (headers === jsonHeaders) return ['content-type', jsonType, ...more];
  const lines: (string | readonly string[])[] = [];
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!isReserved(name, value)) lines.push(name, value);
  }
  return [...lines, ...more];
}

function byteLength(body: string | Uint8Array | undefined): number {
  return body === undefined ? 0 : Buffer.byteLength(body);
}
