import type { IncomingMessage } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { systemClock } from '@fairlead/endpoint';

/** How long the end of a body over HTTP/2 is doubted, in milliseconds. */
const endDelayMs = 5;

/**
 * Calls `done` when a body that has come to its end has come whole. A client on Node's HTTP/2 that cancels ends
 * its stream first, and says what it meant when its event loop turns: a body without a length is
 * whole when no cancellation has followed its end for a while. A client that is slower is believed.
 */
export function whenWhole(
  request: IncomingMessage & { readonly stream?: ServerHttp2Stream },
  done: () => void,
): void {
  const isCertain =
    request.httpVersionMajor < 2 ||
    request.headers['content-length'] !== undefined ||
    request.stream?.endAfterHeaders === true;
  if (isCertain) done();
  // And a turn more, in which what has arrived meanwhile is read.
  else systemClock.schedule(endDelayMs, () => void setImmediate(done));
}
