import { type Context, type Endpoint, type Operation, ServiceError } from '@fairlead/endpoint';
import { type ClientHooks, type ClientOptions, clientLifecycle } from '@fairlead/transport';
import { type JsonrpcClientCall, OutgoingCall } from './client-call.ts';
import { type JsonrpcReply, unreadable } from './client-reply.ts';
import { decoderFunction, type JsonrpcDecoder } from './decoder.ts';
import type { SendCall } from './post.ts';
import type { JsonrpcParams } from './request.ts';
import { errorOf, jsonrpcCodeOf } from './status.ts';

/** How a notification is sent. */
export interface JsonrpcNotificationOptions<Req>
  extends ClientHooks<JsonrpcClientCall>,
    ClientOptions {
  /** The method's name. */
  readonly method: string;
  /** Makes the parameters: an object, an array, or nothing. Default: the request itself. */
  readonly encode?: (request: Req, ctx: Context) => JsonrpcParams | Promise<JsonrpcParams>;
  /** Headers of every request, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The service's name for logs, metrics and traces. Default: empty. */
  readonly service?: string;
  /** Whether a second call does no more than the first. Default false. */
  readonly idempotent?: boolean;
}

/** How one method is called. */
export interface JsonrpcEndpointOptions<Req, Res> extends JsonrpcNotificationOptions<Req> {
  /**
   * Makes the response of the result: a Standard Schema or any function. Default: the result taken at
   * its word. A result that a schema refuses is the server's fault: `internal`.
   */
  readonly decode?: JsonrpcDecoder<unknown, Res>;
}

/** The server that an endpoint calls, and the way there. */
export interface JsonrpcTarget {
  /** Host and port, for the operation. */
  readonly peer: string | undefined;
  /** Headers of every request of the client, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly send: SendCall;
  /** The id of the next request. */
  nextId(): number;
}

/** Makes the endpoint of one method of a server. */
export function clientEndpoint<Req, Res>(
  target: JsonrpcTarget,
  options: JsonrpcEndpointOptions<Req, Res>,
): Endpoint<Req, Res> {
  const decode = options.decode === undefined ? takeAtItsWord<Res> : resultDecoder(options.decode);
  return endpointOf(target, options, target.nextId, (reply, call, ctx) => {
    const result = resultOf(reply, call);
    return decode(result, ctx);
  });
}

/** Makes an endpoint that notifies a server: it answers when the server has taken the notification. */
export function notificationEndpoint<Req>(
  target: JsonrpcTarget,
  options: JsonrpcNotificationOptions<Req>,
): Endpoint<Req, void> {
  const noId = (): undefined => undefined;
  return endpointOf(target, options, noId, ({ failure }) => {
    if (failure !== undefined) throw failure;
  });
}

function endpointOf<Req, Res>(
  { peer, headers, send }: JsonrpcTarget,
  options: JsonrpcNotificationOptions<Req>,
  nextId: () => number | undefined,
  decode: (reply: JsonrpcReply, call: OutgoingCall, ctx: Context) => Res | Promise<Res>,
): Endpoint<Req, Res> {
  const { method, encode = takeAsItIs<Req>, service = '', idempotent = false } = options;
  const all = { ...headers, ...options.headers };
  const operation: Operation = {
    side: 'client',
    transport: 'jsonrpc',
    service,
    method,
    kind: 'unary',
    idempotent,
    peer,
  };

  const stages = {
    async encode(request: Req, ctx: Context): Promise<OutgoingCall> {
      const params = await encode(request, ctx);
      return new OutgoingCall(operation, nextId(), structured(params), all);
    },
    async send(call: OutgoingCall, ctx: Context): Promise<JsonrpcReply> {
      const reply = await send(call, ctx);
      call.reply = reply.http;
      return reply;
    },
    decode,
    status: (call: OutgoingCall | undefined, error: ServiceError | undefined): number =>
      call?.status ?? (error === undefined ? 0 : jsonrpcCodeOf(error.code)),
  };
  return clientLifecycle(operation, stages, options, options);
}

function resultOf(reply: JsonrpcReply, call: OutgoingCall): unknown {
  // A call has an id; a notification does not come here.
  const answer = reply.answerTo(call.id ?? 0);
  if (answer instanceof ServiceError) throw answer;
  call.status = answer.error?.code ?? 0;
  if (answer.error !== undefined) throw errorOf(answer.error);
  return answer.result;
}

function resultDecoder<Res>(
  decoder: JsonrpcDecoder<unknown, Res>,
): (result: unknown, ctx: Context) => Res | Promise<Res> {
  const decode = decoderFunction(decoder, 'result');
  if (!('~standard' in decoder)) return decode;
  return async (result, ctx) => {
    try {
      return await decode(result, ctx);
    } catch (error) {
      throw unreadable(error instanceof Error ? error.message : String(error), error);
    }
  };
}

/** Sound as far as the caller's own word for `Res` is: nothing is checked, as the option says. */
function takeAtItsWord<Res>(result: unknown): Res {
  return result as Res;
}

/** Not checked by the types, since a request may be anything: {@link structured} does it. */
function takeAsItIs<Req>(request: Req): JsonrpcParams {
  return request as JsonrpcParams;
}

function structured(params: JsonrpcParams | null): JsonrpcParams {
  if (params === undefined || params === null) return undefined;
  if (typeof params === 'object') return params;
  throw new ServiceError(
    'internal',
    `params must be an object or an array, but is a ${typeof params}: wrap it in encode`,
  );
}
