import type { IncomingMessage, RequestListener } from 'node:http';
import { absoluteTarget } from '../target.ts';
import { waitingPlaces } from './pipeline.ts';

/** What a server lets a connection do. */
export interface HeadLimits {
  readonly maxHeaders: number;
  readonly maxPipelined: number;
}

/**
 * Refuses what Node's parser lets through although HTTP/1.1 forbids it, or forbids to guess at it:
 * two readers of one connection must not differ about where a request ends and whom it is for.
 * The refused connection is closed.
 */
export function guardHead(listener: RequestListener, limits: HeadLimits): RequestListener {
  const { maxHeaders } = limits;
  const takesPlace = waitingPlaces(limits.maxPipelined);
  return function guarded(request, response) {
    const status =
      refusal(request, maxHeaders) ?? (takesPlace(request, response) ? undefined : 429);
    if (status === undefined) {
      // Ours is the only protocol here, and Node loses what came in one packet with such a request.
      if (request.headers.upgrade !== undefined) response.setHeader('connection', 'close');
      return listener(request, response);
    }
    response.writeHead(status, { connection: 'close', 'content-length': '0' }).end();
  };
}

function refusal(request: IncomingMessage, maxHeaders: number): number | undefined {
  const { headers, rawHeaders, httpVersion } = request;
  // The parser still reads HTTP/0.9, and a preface of HTTP/2.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 505;
  // Node keeps 2000 and drops the rest, which may be the one that matters.
  if (rawHeaders.length > 2 * maxHeaders) return 431;
  // It would have to say what it was sent, credentials and all.
  if (request.method === 'TRACE') return 501;
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) {
    // RFC 9112 §6.1: HTTP/1.0 knows no transfer coding, and a body is never handed on undecoded.
    if (httpVersion === '1.0') return 400;
    if (coding.toLowerCase() !== 'chunked') return 501;
  }
  return isHostFine(headers.host, rawHeaders) && settleTarget(request) ? undefined : 400;
}

const wellFormedHost = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d{0,5})?$/i;

/** Whether a text is a host, with or without a port. */
export function isWellFormedHost(host: string): boolean {
  return wellFormedHost.test(host);
}

/** RFC 9112 §3.2: one `Host`, of the form of a host. Node answers for its absence. */
function isHostFine(host: string | undefined, rawHeaders: readonly string[]): boolean {
  if (host === undefined) return true;
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count === 1 && isWellFormedHost(host);
}

/**
 * Whether the target is a path, `*` for `OPTIONS`, or a whole URL. Of the last the path is left as
 * the request's, and its authority as the `Host`, whatever that said (RFC 9112 §3.2.2): so nobody
 * behind this can take the one for the other.
 */
function settleTarget(request: IncomingMessage): boolean {
  const { url = '', headers, method } = request;
  if (url.includes('#')) return false;
  if (url.startsWith('/')) return true;
  if (url === '*') return method === 'OPTIONS';
  const target = absoluteTarget(url);
  if (target === undefined || !isAuthority(target.authority)) return false;
  headers.host = target.authority;
  request.url = target.origin;
  return true;
}

/** A `Host` may be empty, the authority of a URL may not (RFC 9110 §4.2.1). */
function isAuthority(text: string): boolean {
  return wellFormedHost.test(text) && !text.startsWith(':') && text !== '';
}
