import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Context } from '@fairlead/endpoint';
import { breakOff, writeHead } from '../node/response.ts';
import { endToEndTrailers, isOfHop } from './end-to-end.ts';
import type { RelayedCall, RelayedReply } from './proxy-call.ts';
import { badGateway } from './upstream-errors.ts';

/**
 * Sends a reply on, its body as fast as the caller reads it. Settles when all is sent, with the
 * status, or with what cut it short; then both connections are broken off, so that nobody takes a part for the whole.
 */
export function relay(
  reply: RelayedReply,
  call: RelayedCall,
  ctx: Context,
): number | Promise<number> {
  const { response, request, upstream } = call;
  const { incoming, status } = reply;
  if (response.headersSent) {
    upstream?.destroy();
    return response.statusCode;
  }
  const isWhole = relayHead(reply, call);
  incoming.once('end', () => {
    const trailers = endToEndTrailers(incoming.trailers);
    if (trailers.length > 0) response.addTrailers(trailers);
  });
  if (!isWhole) response.flushHeaders();
  let failure: unknown;
  // Seen before the pipeline closes the response, which then looks as if the caller had left.
  incoming.once('error', (error) => {
    failure = ctx.error ?? badGateway(error);
    // Node would end a stream of HTTP/2 as if that were all.
    breakOff(response);
  });
  return new Promise((resolve, reject) => {
    pipeline(incoming, response, (error) => {
      // The target has answered before it had read everything.
      if (upstream?.writableFinished === false) {
        request.unpipe(upstream).resume();
        upstream.destroy();
      }
      if (error) reject(failure ?? ctx.error ?? badGateway(error));
      else resolve(status);
    });
  });
}

/** Writes the head, framed anew; says whether it tells the length. */
function relayHead(
  { status, headers, incoming }: RelayedReply,
  { response, request }: RelayedCall,
): boolean {
  const lines: (string | readonly string[])[] = [];
  for (const name in headers) {
    if (!isOfHop(name)) lines.push(name, headers[name] ?? '');
  }
  const { 'content-length': length, 'transfer-encoding': coding } = incoming.headers;
  const isWhole = length !== undefined && coding === undefined;
  if (isWhole && mayHaveLength(response, status)) lines.push('content-length', length);
  // What is left of the request would stand before the next one.
  if (!request.complete) lines.push('connection', 'close');
  writeHead(response, status, lines);
  return isWhole;
}

function mayHaveLength({ req }: ServerResponse, status: number): boolean {
  return req.method === 'HEAD' || (status !== 204 && status !== 304);
}
