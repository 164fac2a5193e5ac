import type { Endpoint, ServiceError } from '@fairlead/endpoint';
import type { HttpServerCall } from '../call.ts';
import type { HttpReply } from '../reply.ts';
import type { HttpRequest } from '../request.ts';
import { type HttpHandlerOptions, type HttpService, httpService } from '../service.ts';
import { acceptMethods, allowReply, methodRefused } from './methods.ts';

/** Where a request goes, by its method and its target as it came. Never throws. */
export type Router<Call extends HttpServerCall> = (
  method: string,
  target: string,
) => Routed<Call> | RoutersReply;

/** The service of a request. */
export interface Routed<Call extends HttpServerCall> {
  readonly service: HttpService<Call>;
  /** The path parameters that the router found; undefined where it is the host who looks for them. */
  readonly params?: HttpRequest['params'] | undefined;
  /** Why the service refuses the request. */
  readonly refusal?: ServiceError | undefined;
}

/** What is answered without a service. */
export interface RoutersReply {
  readonly service?: undefined;
  readonly reply: HttpReply;
}

/** The router of a handler that serves one endpoint, whatever the path. */
export function oneService<Req, Res, Call extends HttpServerCall>(
  endpoint: Endpoint<Req, Res>,
  options: HttpHandlerOptions<Req, Res, Call>,
): Router<Call> {
  const service = httpService(endpoint, options);
  const methods = options.methods && acceptMethods(options.methods);
  const routed = { service };
  if (methods === undefined) return () => routed;
  return function route(method) {
    if (methods.has(method)) return routed;
    if (method === 'OPTIONS') return { reply: allowReply(methods) };
    return { service, refusal: methodRefused(method, methods) };
  };
}
