import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Clock,
  type Context,
  checkNumber,
  type Endpoint,
  type Operation,
  type OperationKind,
  type ServiceError,
  systemClock,
} from '@fairlead/endpoint';
import { type ServerHooks, serverLifecycle } from '@fairlead/transport';
import { type HttpServerCall, NodeCall } from './call.ts';
import { callContext } from './call-context.ts';
import { defaultReply } from './default-reply.ts';
import { defaultJsonDepth } from './json.ts';
import { acceptMethods, allowReply, isIdempotent, methodRefused } from './methods.ts';
import { problemReply } from './problem.ts';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';
import { abandon, send } from './send.ts';
import { kindOf, streamCodecOf } from './stream-codec.ts';

/** How an endpoint is exposed over HTTP. */
export interface HttpHandlerOptions<Req, Res> extends ServerHooks<HttpServerCall, Res> {
  /** Makes the endpoint's request of what came: `jsonBody(schema)`, or any function of the request. */
  readonly decode: (request: HttpRequest, ctx: Context) => Req | Promise<Req>;
  /** Makes the reply of a response. Default: `jsonReply`, and `ndjsonReply` of a stream. */
  readonly encode?:
    | ((response: Res, call: HttpServerCall, ctx: Context) => HttpReply | Promise<HttpReply>)
    | undefined;
  /** Makes the reply of an error. Default: {@link problemReply}. */
  readonly encodeError?:
    | ((error: ServiceError, call: HttpServerCall, ctx: Context) => HttpReply | Promise<HttpReply>)
    | undefined;
  /**
   * The methods that are served; `HEAD` comes with `GET`, `OPTIONS` is answered, any other gets 405.
   * Default: all of them reach the endpoint, for a host that has routed already.
   */
  readonly methods?: readonly string[] | undefined;
  /** The operation's name for logs, metrics and traces. Default: the HTTP method. */
  readonly name?: string | undefined;
  /** The service's name for the same. Default: empty. */
  readonly service?: string | undefined;
  /** The operation's kind for the same. Default: what `decode` and `encode` say, such as `ndjsonReply()`; else unary. */
  readonly kind?: OperationKind | undefined;
  /** Whether a second call does no more than the first. Default: as HTTP defines the method. */
  readonly idempotent?: boolean | undefined;
  /** The largest body that is read, in bytes. Default 1 MiB; a larger one gets 413. */
  readonly maxBodyBytes?: number | undefined;
  /** The deepest nesting of JSON that is read. Default 64 levels; deeper gets 400. */
  readonly maxJsonDepth?: number | undefined;
  /** The longest that a call may take, in milliseconds; a caller may ask for less. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/**
 * Serves a request of Node's: it is at once a listener of `node:http` and a handler of Express 4
 * and 5. It answers every request itself, errors included, and never calls Express's `next`.
 */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

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
  options: HttpHandlerOptions<Req, Res>,
): HttpHandler {
  const serve = httpService(endpoint, options);
  const methods = options.methods && acceptMethods(options.methods);
  if (methods === undefined) return (request, response) => serve(request, response);

  return function handler(request, response) {
    const method = request.method ?? '';
    if (methods.has(method)) return serve(request, response);
    if (method === 'OPTIONS') return allowReply(response, methods);
    serve(request, response, undefined, methodRefused(method, methods));
  };
}

/**
 * Serves a request that has been routed, with the path parameters that the router found; or refuses
 * it, which goes the way of all errors: no hook runs before, `onError` and `finalize` do.
 */
export type HttpService = (
  request: IncomingMessage,
  response: ServerResponse,
  params?: HttpRequest['params'],
  refusal?: ServiceError,
) => void;

/** What {@link httpHandler} makes of an endpoint, for whoever has looked at method and path already. */
export function httpService<Req, Res>(
  endpoint: Endpoint<Req, Res>,
  options: Omit<HttpHandlerOptions<Req, Res>, 'methods'>,
): HttpService {
  const { decode, encode = defaultReply, encodeError = problemReply } = options;
  const { kind = kindOf(streamCodecOf(decode), streamCodecOf(encode)) } = options;
  const { service = '', name, idempotent, clock = systemClock } = options;
  const timeoutMs = checkNumber('timeoutMs', options.timeoutMs ?? Infinity);
  const limits = {
    maxBodyBytes: checkNumber('maxBodyBytes', options.maxBodyBytes ?? 1_048_576),
    maxJsonDepth: checkNumber('maxJsonDepth', options.maxJsonDepth ?? defaultJsonDepth, { min: 1 }),
  };
  const stages = { decode, encode, encodeError, send, abandon };
  const run = serverLifecycle(endpoint, stages, options);

  return function serve(request, response, params, refusal) {
    const method = request.method ?? '';
    const operation: Operation = {
      side: 'server',
      transport: 'http',
      service,
      method: name ?? method,
      kind,
      idempotent: idempotent ?? isIdempotent(method),
      peer: request.socket.remoteAddress,
    };
    const call = new NodeCall(request, response, limits, operation, params);
    const ctx = callContext(call, timeoutMs, clock);
    if (refusal !== undefined) ctx.cancel(refusal);
    void run(call, ctx);
  };
}
