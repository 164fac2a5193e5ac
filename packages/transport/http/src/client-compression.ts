import type { OutgoingCall } from './client-call.ts';
import { type HttpClientReply, replyTooLarge, unreadable, WholeReply } from './client-reply.ts';
import { type ContentCoding, codecs, codingOf } from './content-coding.ts';

/** What a client that reads compressed replies says of itself. */
export const acceptedCodings = 'br, gzip, deflate';

/** The shortest body that is worth compressing, in bytes. */
const minBytes = 1024;

/** The body that goes out, compressed and with its header where that is worth it and not done yet. */
export async function compressBody<Body extends string | Uint8Array | undefined>(
  body: Body,
  headers: Record<string, string>,
  coding: ContentCoding,
): Promise<Body | Buffer> {
  if (body === undefined || Buffer.byteLength(body) < minBytes) return body;
  if (headers['content-encoding'] !== undefined) return body;
  headers['content-encoding'] = coding;
  return codecs[coding].compress(body);
}

/**
 * The reply as it was before the server compressed it, which its hooks find in the call. More than
 * `maxBytes` are not made of it.
 */
export async function decompressReply(
  reply: HttpClientReply,
  call: OutgoingCall,
  maxBytes: number,
): Promise<HttpClientReply> {
  const { 'content-encoding': encoding, 'content-length': _, ...headers } = reply.headers;
  if (encoding === undefined || reply.body.length === 0) return reply;
  const coding = codingOf(String(encoding));
  if (coding === undefined) return reply;
  if (coding === 'unknown')
    throw unreadable(new Error(`the coding ${String(encoding)} is unknown`));
  try {
    const body = await codecs[coding].decompress(reply.body, maxBytes);
    call.reply = new WholeReply(reply.status, headers, body);
    return call.reply;
  } catch (error) {
    throw isTooLarge(error) ? replyTooLarge(maxBytes) : unreadable(error);
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
