import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { isWellFormedHost } from '../node/head.ts';

/** Handles a request of HTTP/2. */
export type Http2Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/**
 * Hands on what is still alive and says for whom it is, which then stands in `headers.host`, as in
 * HTTP/1.1. A request that its client has taken back already starts nothing.
 */
export function guardHead2(listener: Http2Listener, maxHeaderBytes: number): Http2Listener {
  return function guarded(request, response) {
    const { stream, headers } = request;
    if (stream.destroyed || stream.closed) return;
    const { ':authority': authority, host } = headers;
    // RFC 9113 §8.3.1: two names for one target must be the same.
    const isAmbiguous = authority !== undefined && host !== undefined && authority !== host;
    const target = authority ?? host;
    if (target === undefined || isAmbiguous || !isWellFormedHost(target)) {
      return refuse(400, response);
    }
    if (request.method === 'TRACE') return refuse(501, response);
    if (!isTargetFine(request)) return refuse(400, response);
    if (sizeOf(request.rawHeaders) > maxHeaderBytes) return refuse(431, response);
    headers.host = target;
    listener(request, response);
  };
}

/** As of HTTP/1.1, but that there is no whole URL here (RFC 9113 §8.3.1). */
function isTargetFine({ url, method }: Http2ServerRequest): boolean {
  if (url === '*') return method === 'OPTIONS';
  return url.startsWith('/') && !url.includes('#');
}

function refuse(status: number, response: Http2ServerResponse): void {
  response.writeHead(status, { 'content-length': '0' }).end();
}

/** As RFC 9113 §6.5.2 counts it: each header with 32 bytes beside its text. */
function sizeOf(rawHeaders: readonly string[]): number {
  return rawHeaders.reduce((size, text) => size + text.length + 16, 0);
}
