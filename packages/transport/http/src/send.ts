import type { ServiceError } from '@fairlead/endpoint';
import type { HttpServerCall } from './call.ts';
import type { HttpReply } from './reply.ts';
import { statusOf } from './status.ts';

/** Sends a reply whole, with its length. A response that a hook has ended already stays as it is. */
export function send(reply: HttpReply, { response }: HttpServerCall): number {
  if (response.writableEnded) return response.statusCode;
  const { status, headers, body } = reply;
  // A flat list: Node takes it as it is, and no merged copy of the headers is made.
  const lines: (string | readonly string[])[] = [];
  for (const name in headers) lines.push(name, headers[name] ?? '');
  if (mayHaveLength(status)) lines.push('content-length', String(byteLength(body)));
  response.writeHead(status, lines as string[]);
  response.end(body);
  return status;
}

/** Ends a call that cannot be answered as it should: not at all when nobody is there, else with a bare 500. */
export function abandon(error: ServiceError, { response }: HttpServerCall): number {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return response.headersSent ? response.statusCode : statusOf(error.code);
  }
  response.writeHead(500, { connection: 'close', 'content-length': '0' }).end();
  return 500;
}

/** Of 204 and 304 the length is that of no body at all (RFC 9110 §8.6). */
function mayHaveLength(status: number): boolean {
  return status !== 204 && status !== 304;
}

function byteLength(body: string | Uint8Array | undefined): number {
  return body === undefined ? 0 : Buffer.byteLength(body);
}
