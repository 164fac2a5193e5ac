import type { IncomingMessage, RequestListener } from 'node:http';

/**
 * Refuses what Node's parser lets through although HTTP/1.1 forbids it, or forbids to guess at it:
 * two readers of one connection must not differ about where a request ends and whom it is for.
 * The refused connection is closed.
 */
export function guardHead(listener: RequestListener, maxHeaders: number): RequestListener {
  return function guarded(request, response) {
    const status = refusal(request, maxHeaders);
    if (status === undefined) return listener(request, response);
    response.writeHead(status, { connection: 'close', 'content-length': '0' }).end();
  };
}

function refusal(request: IncomingMessage, maxHeaders: number): number | undefined {
  const { headers, rawHeaders, httpVersion } = request;
  // The parser still reads HTTP/0.9, and a preface of HTTP/2.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 505;
  // Node keeps 2000 and drops the rest, which may be the one that matters.
  if (rawHeaders.length > 2 * maxHeaders) return 431;
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) {
    // RFC 9112 §6.1: HTTP/1.0 knows no transfer coding, and a body is never handed on undecoded.
    if (httpVersion === '1.0') return 400;
    if (coding.toLowerCase() !== 'chunked') return 501;
  }
  return isHostFine(headers.host, rawHeaders) ? undefined : 400;
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
