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
import type { HostedCall, HttpServerCall } from './call.ts';
import { callContext } from './call-context.ts';
import type { BodyLimits } from './codecs/body.ts';
import { defaultReply } from './codecs/default-reply.ts';
import { defaultJsonDepth } from './codecs/json.ts';
import { problemReply } from './codecs/problem.ts';
import type { HttpReply } from './reply.ts';
import type { HttpRequest } from './request.ts';
import { isIdempotent } from './routes/methods.ts';
import { kindOf, streamCodecOf } from './streams/codec.ts';

/**
 * How an endpoint is exposed over HTTP. Hooks and codecs see the call of the host that they are mounted
 * on; options for whichever host leave `Call` as it is.
 */
export interface HttpHandlerOptions<Req, Res, Call extends HttpServerCall = HttpServerCall>
  extends ServerHooks<Call, Res> {
  /** Makes the endpoint's request of what came: `jsonBody(schema)`, or any function of the request. */
  readonly decode: (request: HttpRequest, ctx: Context) => Req | Promise<Req>;
  /** Makes the reply of a response. Default: `jsonReply`, and `ndjsonReply` of a stream. */
  readonly encode?:
    | ((response: Res, call: Call, ctx: Context) => HttpReply | Promise<HttpReply>)
    | undefined;
  /** Makes the reply of an error. Default: {@link problemReply}. */
  readonly encodeError?:
    | ((error: ServiceError, call: Call, ctx: Context) => HttpReply | Promise<HttpReply>)
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

/** An endpoint behind HTTP, for whichever host makes its calls. */
export interface HttpService<Call extends HttpServerCall> {
  readonly limits: BodyLimits;
  operationOf(method: string, peer: string | undefined): Operation;
  /**
   * Runs a call to its end; never rejects. With a refusal it goes the way of all errors at once: no
   * hook runs before, `onError` and `finalize` do.
   */
  readonly run: (call: Call & HostedCall, refusal?: ServiceError) => Promise<void>;
}

/** Puts an endpoint behind HTTP. What `methods` says is up to whoever routes. */
export function httpService<Req, Res, Call extends HttpServerCall>(
  endpoint: Endpoint<Req, Res>,
  options: Omit<HttpHandlerOptions<Req, Res, Call>, 'methods'>,
): HttpService<Call> {
  const { decode, encode = defaultReply, encodeError = problemReply } = options;
  const { kind = kindOf(streamCodecOf(decode), streamCodecOf(encode)) } = options;
  const { service = '', name, idempotent, clock = systemClock } = options;
  const timeoutMs = checkNumber('timeoutMs', options.timeoutMs ?? Infinity);
  const limits = {
    maxBodyBytes: checkNumber('maxBodyBytes', options.maxBodyBytes ?? 1_048_576),
    maxJsonDepth: checkNumber('maxJsonDepth', options.maxJsonDepth ?? defaultJsonDepth, { min: 1 }),
  };
  const stages = {
    decode,
    encode,
    encodeError,
    send: (reply: HttpReply, call: HostedCall, ctx: Context) => call.send(reply, ctx),
    abandon: (_error: ServiceError, call: HostedCall) => call.abandon(),
  };
  const lifecycle = serverLifecycle<Call & HostedCall, Req, Res, HttpReply>(
    endpoint,
    stages,
    options,
  );

  return {
    limits,
    operationOf: (method, peer) => ({
      side: 'server',
      transport: 'http',
      service,
      method: name ?? method,
      kind,
      idempotent: idempotent ?? isIdempotent(method),
      peer,
    }),
    run(call, refusal) {
      const ctx = callContext(call, timeoutMs, clock);
      if (refusal !== undefined) ctx.cancel(refusal);
      return lifecycle(call, ctx);
    },
  };
}
