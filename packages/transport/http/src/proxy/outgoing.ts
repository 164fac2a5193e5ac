import type { IncomingMessage } from 'node:http';
import { ServiceError } from '@fairlead/endpoint';
import { endToEnd, type ProxyHeaders } from './end-to-end.ts';
import { addForwarded } from './forwarded.ts';
import type { ProxyRequest } from './proxy-call.ts';
import type { ReverseProxyOptions } from './reverse-proxy-options.ts';

/** Makes of a request what goes on, before any hook has seen it. */
export function outgoingOf({
  forwarded = 'replace',
  preserveHost = false,
  via,
}: ReverseProxyOptions): (request: IncomingMessage) => ProxyRequest {
  if (via !== undefined && !/^[\w.~!#$%&'*+^`|:-]+$/.test(via))
    throw new TypeError(`via must be a name or host:port, but is ${JSON.stringify(via)}`);

  return function outgoing(request) {
    const headers = endToEnd(request.headers);
    if (!preserveHost) delete headers['host'];
    addForwarded(headers, request, forwarded);
    addVia(headers, request, via);
    return { method: request.method ?? '', path: request.url ?? '', headers };
  };
}

/** Says that a message has come this way (RFC 9110 §7.6.3). */
export function addVia(
  headers: ProxyHeaders,
  { httpVersion }: IncomingMessage,
  via = 'fairlead',
): void {
  const before = headers['via'];
  const own = `${httpVersion} ${via}`;
  headers['via'] = before === undefined ? own : `${[before].flat().join(', ')}, ${own}`;
}

/** Counts a step of a request that says how many it may go, or refuses it where that is none (RFC 9110 §7.6.2). */
export function countForward({ method, headers }: ProxyRequest): void {
  const left = headers['max-forwards'];
  if (left === undefined || (method !== 'TRACE' && method !== 'OPTIONS')) return;
  const steps = Number(left);
  if (!(steps >= 1)) throw new ServiceError('unimplemented', 'the request may not go any further');
  headers['max-forwards'] = String(Math.floor(steps) - 1);
}
