import { STATUS_CODES } from 'node:http';
import type { ServiceError } from '@fairlead/endpoint';
import type { HttpServerCall } from './call.ts';
import type { HttpReply } from './reply.ts';
import { statusOf } from './status.ts';

/** Sends a reply whole, with its length. A response that a hook has ended already stays as it is. */
export function send(reply: HttpReply, { response }: HttpServerCall): number {
  if (response.writableEnded) return response.statusCode;
  const { status, headers, body } = reply;
  if (!isFinal(status)) throw new RangeError(`${status} is not a status that can end a call`);
  // A flat list: Node takes it as it is, and no merged copy of the headers is made.
  const lines: (string | readonly string[])[] = [];
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!isReserved(name.toLowerCase(), value)) lines.push(name, value);
  }
  if (mayHaveLength(status)) lines.push('content-length', String(byteLength(body)));
  // With its phrase: Node would keep that of an attempt which failed. The cast, because Node takes
  // several values of a name but its types do not say so.
  response.writeHead(status, STATUS_CODES[status], lines as string[]);
  response.end(body);
  return status;
}

/** Ends a call that cannot be answered as it should: not at all when nobody is there, else with a bare 500. */
export function abandon(_error: ServiceError, { response }: HttpServerCall): number {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    // Whatever went wrong after the client had left, nobody was answered.
    return response.headersSent ? response.statusCode : statusOf('canceled');
  }
  response.writeHead(500, STATUS_CODES[500], { connection: 'close', 'content-length': '0' }).end();
  return 500;
}

/** Statuses below 200 announce another one: a client would wait for it. */
function isFinal(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599;
}

/** What says where the body ends, what becomes of the connection, and how a call over gRPC went. */
const reserved: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** These are ours: a header passed on from elsewhere must not contradict them. Only a close may be asked for. */
function isReserved(name: string, value: string | readonly string[]): boolean {
  if (name === 'connection') return value !== 'close';
  return reserved.has(name) || name.startsWith('grpc-');
}

/** Of 204 and 304 the length is that of no body at all (RFC 9110 §8.6). */
function mayHaveLength(status: number): boolean {
  return status !== 204 && status !== 304;
}

function byteLength(body: string | Uint8Array | undefined): number {
  return body === undefined ? 0 : Buffer.byteLength(body);
}
