import type { Clock, Context, ServiceError } from '@fairlead/endpoint';
import type { ServerHooks } from '@fairlead/transport';
import type { MethodOptions } from './method.ts';
import type { GrpcServerCall } from './server-call.ts';
import type { GrpcStatus } from './status.ts';

/** What a `grpcHandler` can be told, whatever its types. */
export interface GrpcHandlerOptions<Res> extends ServerHooks<GrpcServerCall, Res>, MethodOptions {
  /** Makes the status of an error. Default: `statusOfError`. Where it throws, the caller gets `internal`. */
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
 * The options of `grpcHandler`, which may be left out where the endpoint takes and gives the
 * method's own messages: else `decode`, `encode` or both are required.
 */
export type GrpcHandlerArguments<ReqMessage, ResMessage, Req, Res, Response = Res> = [
  ReqMessage,
] extends [Req]
  ? [Res] extends [ResMessage]
    ? [options?: Codec<ReqMessage, ResMessage, Req, Res, Response>]
    : [options: Codec<ReqMessage, ResMessage, Req, Res, Response, 'encode'>]
  : [Res] extends [ResMessage]
    ? [options: Codec<ReqMessage, ResMessage, Req, Res, Response, 'decode'>]
    : [options: Codec<ReqMessage, ResMessage, Req, Res, Response, 'decode' | 'encode'>];

interface CodecOptions<ReqMessage, ResMessage, Req, Res> {
  /** Makes the endpoint's request of the message. Default: the message itself. */
  readonly decode: DecodeMessage<ReqMessage, Req>;
  /** Makes the message of the endpoint's response. Default: the response itself. */
  readonly encode: EncodeMessage<Res, ResMessage>;
}

/** @internal The options of a handler, as far as they are given. */
export type Codec<
  ReqMessage,
  ResMessage,
  Req,
  Res,
  Response,
  Required extends 'decode' | 'encode' = never,
> = GrpcHandlerOptions<Response> &
  Partial<CodecOptions<ReqMessage, ResMessage, Req, Res>> &
  Pick<CodecOptions<ReqMessage, ResMessage, Req, Res>, Required>;
