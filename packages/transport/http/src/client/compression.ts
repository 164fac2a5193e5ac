import { discard, isAsyncIterable } from '@fairlead/endpoint';
import { compressedBody } from '../compression/compressed-body.ts';
import { codecs } from '../compression/content-codecs.ts';
import { type ContentCoding, codingOf } from '../compression/content-coding.ts';
import { decompressedStream } from '../compression/decompressed-stream.ts';
import type { OutgoingCall } from './call.ts';
import type { OutgoingBody } from './outgoing.ts';
import { type HttpClientReply, replyTooLarge, unreadable, WholeReply } from './reply.ts';
import { StreamedReply } from './streamed-reply.ts';

/** What a client that reads compressed replies says of itself. */
export const acceptedCodings = 'br, gzip, deflate';

/** The shortest body that is worth compressing, in bytes. */
const minBytes = 1024;

/** The body that goes out, compressed and with its header where that is worth it and not done yet. */
export async function compressBody(
  body: OutgoingBody | undefined,
  headers: Record<string, string>,
  coding: ContentCoding,
): Promise<OutgoingBody | undefined> {
  if (body === undefined || headers['content-encoding'] !== undefined) return body;
  const isStream = isAsyncIterable(body);
  if (!isStream && Buffer.byteLength(body) < minBytes) return body;
  headers['content-encoding'] = coding;
  return isStream ? compressedBody(body, coding) : codecs[coding].compress(body);
}

/**
 * The reply as it was before the server compressed it, which its hooks find in the call. More than
 * `maxBytes` are not made of it; of one that is read as a stream, no more than is read.
 */
export async function decompressReply(
  reply: HttpClientReply,
  call: OutgoingCall,
  maxBytes: number,
): Promise<HttpClientReply> {
  const { 'content-encoding': encoding, 'content-length': _, ...headers } = reply.headers;
  const isStream = reply instanceof StreamedReply;
  const coding = encoding === undefined ? undefined : codingOf(String(encoding));
  if (coding === undefined || (!isStream && reply.body.length === 0)) return reply;
  if (coding === 'unknown') {
    if (isStream) discard(reply.stream());
    throw unreadable(new Error(`the coding ${String(encoding)} is unknown`));
  }
  call.reply = isStream
    ? new StreamedReply(
        reply.status,
        headers,
        decompressedStream(reply.stream(), coding, unreadable),
        maxBytes,
      )
    : new WholeReply(reply.status, headers, await unfolded(reply.body, coding, maxBytes), maxBytes);
  return call.reply;
}

async function unfolded(bytes: Buffer, coding: ContentCoding, maxBytes: number): Promise<Buffer> {
  try {
    return await codecs[coding].decompress(bytes, maxBytes);
  } catch (error) {
    throw isTooLarge(error) ? replyTooLarge(maxBytes) : unreadable(error);
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
