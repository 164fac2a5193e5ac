import type { IncomingMessage } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { systemClock } from '@fairlead/endpoint';
import { believeEnd } from '@fairlead/transport';

/**
 * Calls `done` when a body that has come to its end has come whole: at once, but over HTTP/2 and without a
 * length when its end is to be believed, see {@link believeEnd}. A length is proof: Node refuses a body that is shorter.
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
  else believeEnd(systemClock, done);
}
