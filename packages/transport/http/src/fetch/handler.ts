import type { Endpoint } from '@fairlead/endpoint';
import type { FetchServerCall } from '../call.ts';
import type { HttpRequest } from '../request.ts';
import { oneService, type Router } from '../routes/router.ts';
import type { HttpHandlerOptions } from '../service.ts';
import { FetchCall } from './call.ts';
import { plainResponse } from './reply.ts';

/**
 * Serves a request of the fetch standard. It answers every request itself, errors included: the
 * promise never rejects. Whatever else a host hands it beside the request is ignored, so that it can
 * be given to `Deno.serve`, to `Bun.serve({ fetch })` or to a worker as it is.
 */
export interface FetchHandler {
  (request: Request): Promise<Response>;
  /** The same for a host that knows more of a request than the request itself says. */
  serve(request: Request, known: KnownRequest): Promise<Response>;
}

/** What a host knows of a request. */
export interface KnownRequest {
  /** The path parameters that its router found. */
  readonly params?: HttpRequest['params'] | undefined;
  /** The address of the client, for the operation's `peer`. */
  readonly peer?: string | undefined;
}

/**
 * Exposes an endpoint over HTTP to a host of the fetch standard: Hono, Bun, Deno, workers.
 *
 * ```ts
 * const handler = fetchHandler(sum, { decode: jsonBody(SumRequest), methods: ['POST'] });
 * Deno.serve(handler);
 * app.post('/sum', (c) => handler(c.req.raw)); // Hono
 * ```
 *
 * It takes what `httpHandler` takes and does what that does. The call's context ends when the
 * request's signal does: a host that never aborts it cannot tell that a client has left. A streamed
 * reply is read as the host asks for it, and closed when the host cancels it.
 */
export function fetchHandler<Req, Res>(
  endpoint: Endpoint<Req, Res>,
  options: HttpHandlerOptions<Req, Res, FetchServerCall>,
): FetchHandler {
  return fetchHost(oneService(endpoint, options));
}

/** Makes requests of the fetch standard calls of what they are routed to. */
export function fetchHost(router: Router<FetchServerCall>): FetchHandler {
  function serve(request: Request, { params, peer }: KnownRequest): Promise<Response> {
    const { method } = request;
    const target = targetOf(request.url);
    const routed = router(method, target);
    if (routed.service === undefined) return Promise.resolve(plainResponse(routed.reply));
    const { service, refusal } = routed;
    const operation = service.operationOf(method, peer);
    const found = routed.params ?? params;
    const call = new FetchCall(request, target, service.limits, operation, found);
    void service.run(call, refusal);
    return call.response;
  }

  const nothing: KnownRequest = {};
  return Object.assign((request: Request) => serve(request, nothing), { serve });
}

/** The target of a request, as Node has it: its URL without the origin. */
function targetOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  return start < 0 ? '/' : url.slice(start);
}
