import {
  type Clock,
  type Context,
  createContext,
  type Endpoint,
  ServiceError,
} from '@fairlead/endpoint';
import { type ServerHooks, type ServerStages, serverLifecycle } from '@fairlead/transport';
import type { handleUnaryCall } from '@grpc/grpc-js';
import { checkMetadataSize } from './metadata.ts';
import { type MethodOptions, type ServerMethod, unaryOperation } from './method.ts';
import { type GrpcServerCall, UnaryServerCall } from './server-call.ts';
import { type GrpcStatus, statusOfError } from './status.ts';

/** What a {@link grpcHandler} can be told, whatever its types. */
export interface GrpcHandlerOptions<Res> extends ServerHooks<GrpcServerCall, Res>, MethodOptions {
  /** Makes the status of an error. Default: {@link statusOfError}. Where it throws, the caller gets `internal`. */
  readonly encodeError?: (
    error: ServiceError,
    call: GrpcServerCall,
    ctx: Context,
  ) => GrpcStatus | Promise<GrpcStatus>;
  /** Where time comes from. Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** Makes the endpoint's request of a message. */
export type DecodeMessage<Message, Req> = (
  message: Message,
  call: GrpcServerCall,
  ctx: Context,
) => Req | Promise<Req>;

/** Makes the message of an endpoint's response. */
export type EncodeMessage<Res, Message> = (
  response: Res,
  call: GrpcServerCall,
  ctx: Context,
) => Message | Promise<Message>;

/**
 * The options of {@link grpcHandler}, which may be left out where the endpoint takes and gives the
 * method's own messages: else `decode`, `encode` or both are required.
 */
export type GrpcHandlerArguments<ReqMessage, ResMessage, Req, Res> = [ReqMessage] extends [Req]
  ? [Res] extends [ResMessage]
    ? [options?: Codec<ReqMessage, ResMessage, Req, Res>]
    : [options: Codec<ReqMessage, ResMessage, Req, Res, 'encode'>]
  : [Res] extends [ResMessage]
    ? [options: Codec<ReqMessage, ResMessage, Req, Res, 'decode'>]
    : [options: Codec<ReqMessage, ResMessage, Req, Res, 'decode' | 'encode'>];

interface CodecOptions<ReqMessage, ResMessage, Req, Res> {
  /** Makes the endpoint's request of the message. Default: the message itself. */
  readonly decode: DecodeMessage<ReqMessage, Req>;
  /** Makes the message of the endpoint's response. Default: the response itself. */
  readonly encode: EncodeMessage<Res, ResMessage>;
}

type Codec<
  ReqMessage,
  ResMessage,
  Req,
  Res,
  Required extends 'decode' | 'encode' = never,
> = GrpcHandlerOptions<Res> &
  Partial<CodecOptions<ReqMessage, ResMessage, Req, Res>> &
  Pick<CodecOptions<ReqMessage, ResMessage, Req, Res>, Required>;

/**
 * Serves an endpoint as one unary method of a gRPC service.
 *
 * ```ts
 * server.add(AddService, { sum: grpcHandler(AddService.sum, sum) });
 * ```
 *
 * The stages and their order are those of {@link ServerHooks}. What the endpoint throws reaches the
 * caller as a status with details that every gRPC library can read; an error that is not a
 * ServiceError, as INTERNAL with a fixed text. The caller's deadline becomes the context's, and the
 * context ends when the caller cancels, hangs up or loses its connection; after that nothing is
 * answered. One handler serves any number of calls at once.
 *
 * It is an ordinary handler for `addService` of a grpc-js Server too. There grpc-js itself answers
 * for a response that cannot be serialised or is too large, after the hooks: they see status 0. A
 * server of {@link createGrpcServer} serialises in the stage `encode`, and they see what the caller sees.
 */
export function grpcHandler<ReqMessage, ResMessage, Req = ReqMessage, Res = ResMessage>(
  method: ServerMethod<ReqMessage, ResMessage>,
  endpoint: Endpoint<Req, Res>,
  ...[options]: GrpcHandlerArguments<ReqMessage, ResMessage, Req, Res>
): handleUnaryCall<ReqMessage, ResMessage> {
  // Sound: the arguments' type asks for every codec that the types need; where it asks for none, they fit.
  const given: Codec<ReqMessage, ResMessage, Req, Res> = options ?? {};
  const handler = unaryHandler(method, endpoint, given, (message) => message);
  const serialise = (limits: ServerLimits): handleUnaryCall<ReqMessage, Buffer> => {
    const before = [metadataCheck(limits), ...(given.before ?? [])];
    return unaryHandler(method, endpoint, { ...given, before }, serialiser(method, limits));
  };
  return Object.assign(handler, { [serialising]: serialise });
}

/** What a server keeps its handlers to. */
export interface ServerLimits {
  readonly maxSendBytes: number;
  readonly maxMetadataBytes: number;
}

const serialising = Symbol('serialising');

/** A handler of ours that answers with bytes in place of messages; undefined for any other handler. */
export function serialisingHandler(
  handler: object,
  limits: ServerLimits,
): handleUnaryCall<unknown, Buffer> | undefined {
  // Sound: nobody else has the symbol.
  const { [serialising]: serialise } = handler as {
    [serialising]?: (limits: ServerLimits) => handleUnaryCall<unknown, Buffer>;
  };
  return serialise?.(limits);
}

function unaryHandler<ReqMessage, ResMessage, Req, Res, Packed>(
  method: ServerMethod<ReqMessage, ResMessage>,
  endpoint: Endpoint<Req, Res>,
  options: Codec<ReqMessage, ResMessage, Req, Res>,
  pack: (message: ResMessage) => Packed,
): handleUnaryCall<ReqMessage, Packed> {
  const target = unaryOperation('server', method, options);
  const { clock, encodeError = statusOfError } = options;
  // Sound, both: see grpcHandler.
  const decode = options.decode ?? ((message: ReqMessage) => message as unknown as Req);
  const encode = options.encode ?? ((response: Res) => response as unknown as ResMessage);

  type Call = UnaryServerCall<ReqMessage, Packed>;
  type Reply = { readonly response: Packed } | { readonly status: GrpcStatus };
  const stages: ServerStages<Call, Req, Res, Reply> = {
    decode: (call, ctx) => decode(call.raw.request, call, ctx),
    encode(response, call, ctx) {
      const message = encode(response, call, ctx);
      if (!(message instanceof Promise)) return { response: pack(message) };
      return message.then((settled) => ({ response: pack(settled) }));
    },
    encodeError: async (error, call, ctx) => ({ status: await encodeError(error, call, ctx) }),
    send: (reply, call) =>
      'status' in reply ? call.fail(reply.status) : call.succeed(reply.response),
    abandon: (error, call) => call.abandon(error),
  };
  const run = serverLifecycle(endpoint, stages, options);

  return function handle(raw, callback) {
    const call = new UnaryServerCall(target, raw, callback);
    void run(call, createContext({ source: call, timeoutMs: call.remainingMs(), clock }));
  };
}

function serialiser<Message>(
  { responseSerialize, path }: ServerMethod<unknown, Message>,
  { maxSendBytes }: ServerLimits,
): (message: Message) => Buffer {
  return (message) => {
    const bytes = responseSerialize(message);
    if (bytes.length <= maxSendBytes) return bytes;
    throw new ServiceError(
      'resource_exhausted',
      `the response of ${path} has ${bytes.length} bytes; at most ${maxSendBytes} are sent`,
      { retryable: false },
    );
  };
}

function metadataCheck(limits: ServerLimits): (ctx: Context, call: GrpcServerCall) => void {
  return (_ctx, { metadata }) => checkMetadataSize(metadata, limits.maxMetadataBytes);
}
