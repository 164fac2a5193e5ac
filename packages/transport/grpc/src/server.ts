import { type Context, type Endpoint, ServiceError } from '@fairlead/endpoint';
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { Codec, GrpcHandlerArguments } from './handler-options.ts';
import { checkMetadataSize } from './metadata.ts';
import { operationOf, type ServerMethod } from './method.ts';
import type { GrpcServerCall } from './server-call.ts';
import {
  bidiStreamHandler,
  clientStreamHandler,
  type Handled,
  type OpenStreams,
  serverStreamHandler,
  unaryHandler,
} from './server-kinds.ts';

/**
 * Serves an endpoint as one method of a gRPC service, of the method's own kind: what streams is an
 * AsyncIterable.
 *
 * ```ts
 * server.add(AddService, {
 *   sum: grpcHandler(AddService.sum, sum),
 *   count: grpcHandler(AddService.count, async (range) => numbersOf(range)),
 * });
 * ```
 *
 * The stages and their order are those of {@link ServerHooks}. What the endpoint throws reaches the
 * caller as a status with details that every gRPC library can read; an error that is not a
 * ServiceError, as INTERNAL with a fixed text. The caller's deadline becomes the context's, and the
 * context ends when the caller cancels, hangs up or loses its connection; after that nothing is
 * answered. One handler serves any number of calls at once.
 *
 * Of streams, `decode` and `encode` see each message. A stream of responses is asked for the next one
 * when the last one is on its way, so a slow caller stops it; it is closed when the call ends early. A
 * stream of requests is read as the endpoint asks for it; it rejects with `canceled` when the call
 * ends early, and once the call is answered. A definition that does not say its kind in its types,
 * such as those of proto-loader, is told it by {@link ofKind}.
 *
 * It is an ordinary handler for `addService` of a grpc-js Server too. There grpc-js itself answers
 * for a response that cannot be serialised or is too large, after the hooks: they see status 0. A
 * server of {@link createGrpcServer} serialises by itself, and they see what the caller sees.
 */
export function grpcHandler<ReqMessage, ResMessage, Req = ReqMessage, Res = ResMessage>(
  method: ServerMethod<ReqMessage, ResMessage, false, true>,
  endpoint: Endpoint<Req, AsyncIterable<Res>>,
  ...[options]: GrpcHandlerArguments<ReqMessage, ResMessage, Req, Res, AsyncIterable<Res>>
): handleServerStreamingCall<ReqMessage, ResMessage>;
export function grpcHandler<ReqMessage, ResMessage, Req = ReqMessage, Res = ResMessage>(
  method: ServerMethod<ReqMessage, ResMessage, true, false>,
  endpoint: Endpoint<AsyncIterable<Req>, Res>,
  ...[options]: GrpcHandlerArguments<ReqMessage, ResMessage, Req, Res>
): handleClientStreamingCall<ReqMessage, ResMessage>;
export function grpcHandler<ReqMessage, ResMessage, Req = ReqMessage, Res = ResMessage>(
  method: ServerMethod<ReqMessage, ResMessage, true, true>,
  endpoint: Endpoint<AsyncIterable<Req>, AsyncIterable<Res>>,
  ...[options]: GrpcHandlerArguments<ReqMessage, ResMessage, Req, Res, AsyncIterable<Res>>
): handleBidiStreamingCall<ReqMessage, ResMessage>;
export function grpcHandler<ReqMessage, ResMessage, Req = ReqMessage, Res = ResMessage>(
  method: ServerMethod<ReqMessage, ResMessage, false, false>,
  endpoint: Endpoint<Req, Res>,
  ...[options]: GrpcHandlerArguments<ReqMessage, ResMessage, Req, Res>
): handleUnaryCall<ReqMessage, ResMessage>;
export function grpcHandler<ReqMessage, ResMessage, Req, Res>(
  method: ServerMethod<ReqMessage, ResMessage>,
  endpoint: AnyEndpoint,
  given: object = {},
): UntypedHandleCall {
  // Sound: the overloads ask for every codec that the types need; where they ask for none, they fit.
  const options = given as Codec<ReqMessage, ResMessage, Req, Res, unknown>;
  const handler = handlerOf({ method, options, pack: asIs, openStreams: undefined }, endpoint);
  const serialise = (limits: ServerLimits): UntypedHandleCall => {
    const before = [whenResetsAreKnown, metadataCheck(limits), ...(options.before ?? [])];
    const { openStreams } = limits;
    const pack = serialiser(method, limits);
    return handlerOf({ method, options: { ...options, before }, pack, openStreams }, endpoint);
  };
  return Object.assign(handler, { [serialising]: serialise });
}

/** An endpoint of any kind, of which the overloads know more. */
type AnyEndpoint = Endpoint<never, unknown>;

/** What a server keeps its handlers to. */
export interface ServerLimits {
  readonly maxSendBytes: number;
  readonly maxMetadataBytes: number;
  /** Where the handlers of a server put their streams of responses while they are open. */
  readonly openStreams: OpenStreams;
}

const serialising = Symbol('serialising');

/** A handler of ours that answers with bytes in place of messages; undefined for any other handler. */
export function serialisingHandler(
  handler: object,
  limits: ServerLimits,
): UntypedHandleCall | undefined {
  // Sound: nobody else has the symbol.
  const { [serialising]: serialise } = handler as {
    [serialising]?: (limits: ServerLimits) => UntypedHandleCall;
  };
  return serialise?.(limits);
}

function asIs<Message>(message: Message): Message {
  return message;
}

function handlerOf<ReqMessage, ResMessage, Req, Res, Packed>(
  parts: Omit<Handled<ReqMessage, ResMessage, Req, Res, Packed>, 'target'>,
  endpoint: AnyEndpoint,
): UntypedHandleCall {
  const handled = { ...parts, target: operationOf('server', parts.method, parts.options) };
  // Sound, all of them: see the overloads of grpcHandler, which tell the kinds apart as this does.
  switch (handled.target.kind) {
    case 'unary':
      return unaryHandler(handled, endpoint as Endpoint<Req, Res>);
    case 'client_stream':
      return clientStreamHandler(handled, endpoint as Endpoint<AsyncIterable<Req>, Res>);
    case 'server_stream':
      return serverStreamHandler(handled, endpoint as Endpoint<Req, AsyncIterable<Res>>);
    case 'bidi_stream':
      return bidiStreamHandler(
        handled,
        endpoint as Endpoint<AsyncIterable<Req>, AsyncIterable<Res>>,
      );
  }
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

/** A turn of the microtasks, after which a stream that was reset in the packet that opened it is known to be: nothing runs for it. */
async function whenResetsAreKnown(): Promise<void> {}

function metadataCheck(limits: ServerLimits): (ctx: Context, call: GrpcServerCall) => void {
  return (_ctx, { metadata }) => checkMetadataSize(metadata, limits.maxMetadataBytes);
}
