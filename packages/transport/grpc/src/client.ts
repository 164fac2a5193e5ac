import { type Context, type Endpoint, ServiceError } from '@fairlead/endpoint';
import {
  type ClientHooks,
  type ClientOptions,
  type ClientStages,
  clientLifecycle,
} from '@fairlead/transport';
import { type ChannelCredentials, type ChannelOptions, Client, credentials } from '@grpc/grpc-js';
import { type GrpcClientCall, type Reply, UnaryClientCall } from './client-call.ts';
import { limitOptions, maxSendBytesOf } from './limits.ts';
import {
  type ClientMethod,
  isUnary,
  type MethodOptions,
  type ServiceMethod,
  type ServiceMethods,
  unaryOperation,
} from './method.ts';
import { statusOfCode } from './status.ts';

/** What {@link createGrpcClient} can be told. */
export interface GrpcClientOptions {
  /**
   * How to prove who is there. Default: not at all, in plain text, which is for loopback and private
   * networks; `credentials.createSsl(…)` of grpc-js is TLS, with a key of one's own mutual TLS.
   */
  readonly credentials?: ChannelCredentials | undefined;
  /** The longest response that is read, in bytes. Default 4 194 304 (4 MiB); `Infinity` for any. */
  readonly maxReceiveBytes?: number | undefined;
  /** The longest request that is sent, in bytes. Default 4 194 304, what a server reads by default. */
  readonly maxSendBytes?: number | undefined;
  /** Options of grpc-js's channel, which win over the ones above: `grpc.keepalive_time_ms`, … */
  readonly channelOptions?: ChannelOptions | undefined;
}

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

interface NoEncoder {
  readonly encode?: never;
}

interface NoDecoder {
  readonly decode?: never;
}

/** One typed endpoint for each unary method of a service; methods that stream are left out. */
export type GrpcEndpoints<Service extends ServiceMethods> = {
  readonly [Name in keyof Service as Streams<Service[Name]> extends true
    ? never
    : Name]: EndpointOf<Service[Name]>;
};

/** A definition that does not say (`boolean`, as proto-loader's) is left to the run time. */
type Streams<Method extends ServiceMethod> = Method['requestStream'] extends true
  ? true
  : Method['responseStream'];

type EndpointOf<Method> =
  Method extends ClientMethod<infer Req, infer Res> ? Endpoint<Req, Res> : never;

/** The methods of one server as endpoints, over one connection. */
export interface GrpcClient extends AsyncDisposable {
  /**
   * One unary method as an endpoint. It rejects with a ServiceError, whatever goes wrong: the
   * server's own, or `unavailable` where none could be reached. Any number of calls may run at once.
   */
  endpoint<Req, Res>(
    method: ClientMethod<Req, Res>,
    options?: GrpcEndpointOptions & NoEncoder & NoDecoder,
  ): Endpoint<Req, Res>;
  endpoint<Req, ReqMessage, Res>(
    method: ClientMethod<ReqMessage, Res>,
    options: GrpcEndpointOptions & RequestEncoder<Req, ReqMessage> & NoDecoder,
  ): Endpoint<Req, Res>;
  endpoint<Req, ResMessage, Res>(
    method: ClientMethod<Req, ResMessage>,
    options: GrpcEndpointOptions & NoEncoder & ResponseDecoder<ResMessage, Res>,
  ): Endpoint<Req, Res>;
  endpoint<Req, ReqMessage, ResMessage, Res>(
    method: ClientMethod<ReqMessage, ResMessage>,
    options: GrpcEndpointOptions &
      RequestEncoder<Req, ReqMessage> &
      ResponseDecoder<ResMessage, Res>,
  ): Endpoint<Req, Res>;
  /** All unary methods of a service as endpoints, all with the same options. */
  service<Service extends ServiceMethods>(
    definition: Service,
    options?: GrpcEndpointOptions,
  ): GrpcEndpoints<Service>;
  /**
   * Refuses new calls with `unavailable` and closes the connection when the calls in flight have
   * ended, which is when the promise is fulfilled: their own timeouts are the limit. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Makes a client of the server at `target`, `host:port` or any other target of gRPC (`dns:///…`,
 * `unix:…`). Connects at the first call, and again after a connection was lost; never before.
 *
 * ```ts
 * const client = createGrpcClient('127.0.0.1:8082');
 * const { sum } = client.service(AddService, { timeoutMs: 500 });
 * ```
 */
export function createGrpcClient(target: string, options: GrpcClientOptions = {}): GrpcClient {
  const channelOptions = limitOptions(options);
  const identity = options.credentials ?? credentials.createInsecure();
  const channel = new Client(target, identity, channelOptions);
  const maxSendBytes = maxSendBytesOf(channelOptions);
  let inFlight = 0;
  let closing: Promise<void> | undefined;
  let whenIdle: (() => void) | undefined;

  function send(
    call: UnaryClientCall,
    path: string,
    ctx: Context,
    observed: boolean,
  ): Promise<Reply> {
    if (closing !== undefined) throw closedError(target);
    const reply = call.send(channel, path, ctx, observed);
    inFlight++;
    return reply.finally(ended);
  }

  function ended(): void {
    inFlight--;
    if (inFlight === 0) whenIdle?.();
  }

  function endpoint<Req, ReqMessage, ResMessage, Res>(
    method: ClientMethod<ReqMessage, ResMessage>,
    options: GrpcEndpointOptions & Codec<Req, ReqMessage, ResMessage, Res> = {},
  ): Endpoint<Req, Res> {
    const operation = { ...unaryOperation('client', method, options), peer: target };
    const observed = observes(options);
    const encode = encoder(method, options.encode, maxSendBytes);
    const decode = decoder(method, options.decode);
    const stages: ClientStages<UnaryClientCall, Req, Res, Reply> = {
      encode: (request, ctx) => encode(request, new UnaryClientCall(operation), ctx),
      send: (call, ctx) => send(call, method.path, ctx, observed),
      decode,
      status: (_call, error) => (error === undefined ? 0 : statusOfCode(error.code)),
    };
    return clientLifecycle(operation, stages, options, options);
  }

  function service<Service extends ServiceMethods>(
    definition: Service,
    options?: GrpcEndpointOptions,
  ): GrpcEndpoints<Service> {
    const unary = Object.entries(definition).filter(([, method]) => isUnary(method));
    const endpoints = unary.map(([name, method]) => [name, endpoint(method, options)]);
    // Sound: one endpoint for each method that the type keeps, of that method's messages.
    return Object.fromEntries(endpoints) as GrpcEndpoints<Service>;
  }

  function close(): Promise<void> {
    closing ??= new Promise<void>((resolve) => {
      if (inFlight === 0) resolve();
      else whenIdle = resolve;
    }).then(() => channel.close());
    return closing;
  }

  return { endpoint, service, close, [Symbol.asyncDispose]: close };
}

type Codec<Req, ReqMessage, ResMessage, Res> = Partial<
  RequestEncoder<Req, ReqMessage> & ResponseDecoder<ResMessage, Res>
>;

/** Whether anybody gets to see the server's metadata. */
function observes(options: GrpcEndpointOptions & { readonly decode?: unknown }): boolean {
  const { before = [], after = [], finalize = [], onError, decode } = options;
  const hooks = before.length + after.length + finalize.length;
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

function closedError(target: string): ServiceError {
  return new ServiceError('unavailable', `the client of ${target} is closed: make a new one`);
}
