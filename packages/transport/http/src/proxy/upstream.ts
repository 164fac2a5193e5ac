import type {
  ClientRequest,
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestOptions,
} from 'node:http';
import type { Clock, Context } from '@fairlead/endpoint';
import type { NodeRequest } from '../call.ts';
import type { BaseUrl } from '../client/base-url.ts';
import { tooLarge } from '../codecs/body-errors.ts';
import { writeDeadline } from '../metadata.ts';
import { isIdempotent } from '../routes/methods.ts';
import type { Carrier } from './carriers.ts';
import { endToEndTrailers, isOfHop } from './end-to-end.ts';
import type { RelayedCall } from './proxy-call.ts';
import { targetPath } from './request-target.ts';
import { badGateway, silent, unreachable } from './upstream-errors.ts';

/** Limits of the way to a target. Every time is in milliseconds. */
export interface UpstreamLimits {
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly clock: Clock;
}

/**
 * Sends a call on, its body as fast as the target reads it, and waits for the head of the reply. What
 * is sent is framed anew; the end of the context closes it, also while the reply is being read.
 */
export function askUpstream(
  { request, agent }: Carrier,
  base: BaseUrl,
  call: RelayedCall,
  ctx: Context,
  limits: UpstreamLimits,
): Promise<IncomingMessage> {
  const options = requestOptions(base, call, ctx);
  const mayRepeat = !hasBody(call) && isIdempotent(call.outgoing.method);

  function attempt(over: RequestOptions['agent']): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      ctx.throwIfAborted();
      const upstream = request({ ...options, agent: over, timeout: limits.idleTimeoutMs });
      call.upstream = upstream;
      const fail = (error: Error): void => {
        reject(error);
        upstream.destroy(error);
      };
      const unlink = ctx.onAbort(fail);
      upstream
        .once('close', () => {
          unlink();
          // Node says no more of a target that switches protocols unasked.
          reject(badGateway(new Error('closed without a reply')));
        })
        .once('response', resolve)
        .on('timeout', () => fail(silent(limits.idleTimeoutMs)))
        .on('information', (info) => passOn(info, call))
        .on('error', (error) => {
          // The target may close a kept connection in the moment in which it is used again.
          const isStale = upstream.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
          if (isStale && mayRepeat && over !== false && ctx.error === undefined)
            resolve(attempt(false));
          else reject(badGateway(error));
        });
      limitConnecting(upstream, limits, fail);
      sendBody(call, upstream, limits.maxBodyBytes, fail);
    });
  }

  return attempt(agent);
}

function requestOptions(
  base: BaseUrl,
  { request, outgoing }: RelayedCall,
  ctx: Context,
): RequestOptions {
  const { protocol, hostname, port } = base.url;
  const headers: OutgoingHttpHeaders = { host: base.host };
  for (const name in outgoing.headers) {
    // Sound: nobody writes into the lists.
    if (!isOfHop(name)) headers[name] = outgoing.headers[name] as string | string[];
  }
  const { 'transfer-encoding': coding, 'content-length': length, te } = request.headers;
  if (coding !== undefined || (length === undefined && isOpen(request)))
    headers['transfer-encoding'] = 'chunked';
  else if (length !== undefined) headers['content-length'] = length;
  if (/(?:^|,)\s*trailers\s*(?:,|$)/i.test(String(te))) headers['te'] = 'trailers';
  writeDeadline(headers, ctx.remainingMs());
  return {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    method: outgoing.method,
    path: targetPath(base.prefix, outgoing.path),
    headers,
    setHost: false,
  };
}

function hasBody({ request }: RelayedCall): boolean {
  const { headers } = request;
  if (headers['transfer-encoding'] !== undefined || isOpen(request)) return true;
  return Number(headers['content-length'] ?? 0) > 0;
}

/** Whether it came over HTTP/2 with a body, which needs no header to say so. */
function isOpen(request: NodeRequest): boolean {
  return 'stream' in request && !request.stream.endAfterHeaders;
}

function sendBody(
  call: RelayedCall,
  upstream: ClientRequest,
  maxBytes: number,
  fail: (error: Error) => void,
): void {
  const { request } = call;
  if (!hasBody(call)) {
    upstream.end();
    return;
  }
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) fail(tooLarge(maxBytes));
  });
  request.once('end', () => upstream.addTrailers(endToEndTrailers(request.trailers)));
  // Who refuses a body need not be sent all of it: to go on could cost us the answer.
  upstream.once('response', ({ statusCode = 0 }) => {
    if (statusCode >= 400 && !upstream.writableEnded) request.unpipe(upstream).resume();
  });
  request.pipe(upstream);
}

function limitConnecting(
  upstream: ClientRequest,
  { connectTimeoutMs, clock }: UpstreamLimits,
  fail: (error: Error) => void,
): void {
  upstream.once('socket', (socket) => {
    if (!socket.connecting) return;
    const cancel = clock.schedule(connectTimeoutMs, () => fail(unreachable(connectTimeoutMs)));
    upstream.once('close', cancel);
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', cancel);
  });
}

/** Early hints go on; other announcements are between the target and us. */
function passOn(
  { statusCode, headers }: { statusCode: number; headers: IncomingMessage['headers'] },
  { request, response }: RelayedCall,
): void {
  const { link } = headers;
  if (statusCode !== 103 || typeof link !== 'string') return;
  if (Number(request.httpVersion) < 1.1 || response.headersSent) return;
  try {
    response.writeEarlyHints({ link });
  } catch {
    // Node is strict about links; what it will not send is only a hint.
  }
}
