import type { ServerResponse } from 'node:http';
import type { Endpoint } from '@fairlead/endpoint';
import type { NodeRequest, NodeResponse, NodeServerCall } from './call.ts';
import { NodeCall } from './node/call.ts';
import type { HostRequest } from './node/host-request.ts';
import { peerOf } from './node/peer.ts';
import { sendBare } from './node/send.ts';
import { oneService, type Router } from './routes/router.ts';
import type { HttpHandlerOptions } from './service.ts';

/**
 * Serves a request of Node's: it is at once a listener of `node:http` and of `node:http2`, and a handler
 * of Express 4 and 5. It answers every request itself, errors included, and never calls Express's `next`.
 */
export type HttpHandler = (request: NodeRequest, response: NodeResponse) => void;

/**
 * Exposes an endpoint over HTTP.
 *
 * ```ts
 * const handler = httpHandler(sum, { decode: jsonBody(SumRequest), methods: ['POST'] });
 * createServer(handler).listen(8080); // node:http
 * app.post('/sum', handler);          // Express
 * ```
 *
 * - The call's context ends when the client hangs up, at the deadline that it sent
 *   (`connect-timeout-ms` or `grpc-timeout`), or after `timeoutMs`, whichever is first.
 * - An error becomes `application/problem+json`; one that is no ServiceError becomes a bare 500.
 * - Hooks run in the order of {@link ServerHooks}; a `before` hook runs before the body is read.
 */
export function httpHandler<Req, Res>(
  endpoint: Endpoint<Req, Res>,
  options: HttpHandlerOptions<Req, Res, NodeServerCall>,
): HttpHandler {
  return nodeHandler(oneService(endpoint, options));
}

/** Makes Node's requests calls of what they are routed to. */
export function nodeHandler(router: Router<NodeServerCall>): HttpHandler {
  return function handler(request, response) {
    const method = request.method ?? '';
    const routed = router(method, request.url ?? '');
    if (routed.service === undefined) return sendBare(routed.reply, response);
    const { service, params, refusal } = routed;
    const operation = service.operationOf(method, peerOf(request));
    const call = new NodeCall(
      // Sound: HTTP/2's have all that is used of them, which the tests over HTTP/2 show.
      request as HostRequest,
      response as ServerResponse,
      service.limits,
      operation,
      params,
    );
    void service.run(call, refusal);
  };
}
