import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { CancelSource, Context } from '@fairlead/endpoint';
import type { ServerCall } from '@fairlead/transport';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

/**
 * One HTTP call on the server: the request as decoders see it, and what its host made of it. What is
 * mounted on one host alone sees that host's; what serves them all asks for `host` first:
 *
 * ```ts
 * if (call.host === 'node') call.request.socket.getPeerCertificate();
 * ```
 */
export type HttpServerCall = NodeServerCall | FetchServerCall;

/**
 * A call that came through `node:http` or `node:http2`, and whatever stands on these. Over HTTP/2
 * `request` and `response` are Node's stand-ins, `Http2ServerRequest` and `Http2ServerResponse`, which
 * have the same members.
 */
export interface NodeServerCall extends ServerCall, HttpRequest {
  readonly host: 'node';
  /** Node's request. Whoever reads its body leaves none for the decoder. */
  readonly request: IncomingMessage;
  /** Node's response, for what nothing else offers. Whoever ends it answers the call. */
  readonly response: ServerResponse;
  bytes(): Promise<Buffer>;
}

/** Node's request, of HTTP/1.1 or of HTTP/2. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** Node's response, of HTTP/1.1 or of HTTP/2. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** A call that came as a `Request` of the fetch standard. */
export interface FetchServerCall extends ServerCall, HttpRequest {
  readonly host: 'fetch';
  /** The host's request. Whoever reads its body leaves none for the decoder. */
  readonly request: Request;
}

/** What a host does for a call, which ends when its client hangs up. */
export interface HostedCall extends CancelSource {
  /** The milliseconds that the caller allows; see `readTimeoutMs`. */
  timeoutMs(): number | undefined;
  /** Sends a reply, a streamed one until its end or that of the context, and returns its status. */
  send(reply: HttpReply, ctx: Context): number | Promise<number>;
  /** Ends a call that cannot be answered as it should; returns its status. Must not throw. */
  abandon(): number;
}
