import { type Context, type Endpoint, ServiceError } from '@fairlead/endpoint';
import {
  type ClientHooks,
  type ClientOptions,
  type ClientStages,
  clientLifecycle,
} from '@fairlead/transport';
import {
  type Connection,
  type GrpcClientCall,
  type Reply,
  type Route,
  UnaryClientCall,
} from './client-call.ts';
import { type ClientMethod, type MethodOptions, unaryOperation } from './method.ts';
import { statusOfCode } from './status.ts';

/** What an endpoint of a {@link GrpcClient} can be told: `timeoutMs`, `middleware`, hooks. */
export interface GrpcEndpointOptions
  extends ClientOptions,
    ClientHooks<GrpcClientCall>,
    MethodOptions {}

/** Makes the message of a request. May set metadata on the call. */
export interface RequestEncoder<Req, Message> {
  readonly encode: (request: Req, call: GrpcClientCall, ctx: Context) => Message | Promise<Message>;
}

/** Makes the response of a message. */
export interface ResponseDecoder<Message, Res> {
  readonly decode: (message: Message, call: GrpcClientCall, ctx: Context) => Res | Promise<Res>;
}

/** The codecs of an endpoint, both of which may be missing. */
export type ClientCodec<Req, ReqMessage, ResMessage, Res> = Partial<
  RequestEncoder<Req, ReqMessage> & ResponseDecoder<ResMessage, Res>
>;

/** What an endpoint needs of its client. */
export interface Peer {
  readonly target: string;
  readonly maxSendBytes: number;
  readonly connection: Connection;
}

/** One unary method as an endpoint. Without a codec the types must be those of the method. */
export function clientEndpoint<Req, ReqMessage, ResMessage, Res>(
  { target, maxSendBytes, connection }: Peer,
  method: ClientMethod<ReqMessage, ResMessage>,
  options: GrpcEndpointOptions & ClientCodec<Req, ReqMessage, ResMessage, Res>,
): Endpoint<Req, Res> {
  const operation = { ...unaryOperation('client', method, options), peer: target };
  const route: Route = { connection, path: method.path, observed: observes(options) };
  const encode = encoder(method, options.encode, maxSendBytes);
  const stages: ClientStages<UnaryClientCall, Req, Res, Reply> = {
    encode: (request, ctx) => encode(request, new UnaryClientCall(operation), ctx),
    send: (call, ctx) => call.send(route, ctx),
    decode: decoder(method, options.decode),
    status: (_call, error) => (error === undefined ? 0 : statusOfCode(error.code)),
  };
  return clientLifecycle(operation, stages, options, options);
}

/** Whether anybody gets to see the server's metadata. */
function observes(options: GrpcEndpointOptions & { readonly decode?: unknown }): boolean {
  const { after = [], finalize = [], onError, decode } = options;
  const hooks = after.length + finalize.length;
  return hooks > 0 || onError !== undefined || decode !== undefined;
}

function encoder<Req, Message>(
  { path, requestSerialize }: ClientMethod<Message, unknown>,
  encode: RequestEncoder<Req, Message>['encode'] | undefined,
  maxSendBytes: number,
): (
  request: Req,
  call: UnaryClientCall,
  ctx: Context,
) => UnaryClientCall | Promise<UnaryClientCall> {
  function serialised(message: Message, call: UnaryClientCall): UnaryClientCall {
    const bytes = requestSerialize(message);
    if (bytes.length <= maxSendBytes) return call.carrying(bytes);
    throw new ServiceError(
      'resource_exhausted',
      `the request of ${path} has ${bytes.length} bytes; at most ${maxSendBytes} are sent: raise maxSendBytes`,
      { retryable: false },
    );
  }
  // Sound: the overloads of `endpoint` ask for an encoder where the types differ.
  if (encode === undefined)
    return (request, call) => serialised(request as unknown as Message, call);
  return (request, call, ctx) => {
    const message = encode(request, call, ctx);
    if (!(message instanceof Promise)) return serialised(message, call);
    return message.then((settled) => serialised(settled, call));
  };
}

function decoder<Message, Res>(
  { path, responseDeserialize }: ClientMethod<never, Message>,
  decode: ResponseDecoder<Message, Res>['decode'] | undefined,
): (reply: Reply, call: UnaryClientCall, ctx: Context) => Res | Promise<Res> {
  function deserialised(reply: Reply): Message {
    if (reply instanceof ServiceError) throw reply;
    try {
      return responseDeserialize(reply);
    } catch (cause) {
      throw new ServiceError('internal', `the response of ${path} cannot be read`, { cause });
    }
  }
  // Sound: the overloads of `endpoint` ask for a decoder where the types differ.
  if (decode === undefined) return (reply) => deserialised(reply) as unknown as Res;
  return (reply, call, ctx) => decode(deserialised(reply), call, ctx);
}
