import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { NodeResponse } from '../call.ts';

/** The headers of a reply as a flat list: Node takes it as it is, and no merged copy is made. */
export type HeadLines = readonly (string | readonly string[])[];

/** RFC 9113 §7: the stream is broken, whatever of it has come. Node's constants would load all of `node:http2`. */
const internalError = 2;

function isHttp2(response: NodeResponse): response is Http2ServerResponse {
  return 'stream' in response;
}

/** Sends, or gets ready to send, the head of a reply. Throws for what cannot be sent. */
export function writeHead(response: NodeResponse, status: number, lines: HeadLines): void {
  // The casts, because Node takes several values of a name, and in HTTP/2 a flat list as well, but
  // its types do not say so.
  if (isHttp2(response))
    response.writeHead(status, sendableOn2(lines) as unknown as OutgoingHttpHeaders);
  // With its phrase: Node would keep that of an attempt which failed.
  else response.writeHead(status, STATUS_CODES[status], lines as string[]);
}

/** HTTP/2 has no headers of the connection (RFC 9113 §8.2.2); one that an error brings is about HTTP/1.1. */
function sendableOn2(lines: HeadLines): HeadLines {
  const isConnection = (at: number): boolean =>
    /^(?:connection|keep-alive|upgrade)$/i.test(String(lines[at]));
  return lines.filter((_, i) => !isConnection(i - (i % 2)));
}

/** Whether the client has gone away before it has its answer. */
export function hasHungUp(response: NodeResponse): boolean {
  if (!isHttp2(response)) return response.destroyed && !response.writableFinished;
  const { stream } = response;
  return stream.destroyed && (stream.aborted || stream.rstCode !== 0);
}

/** Whether nothing can be written any more. */
export function isClosed(response: NodeResponse): boolean {
  return isHttp2(response)
    ? response.stream.closed || response.stream.destroyed
    : response.destroyed;
}

/** Ends a response in the middle, so that nobody takes a part for the whole. */
export function breakOff(response: NodeResponse): void {
  if (isHttp2(response)) response.stream.close(internalError);
  else response.destroy();
}
