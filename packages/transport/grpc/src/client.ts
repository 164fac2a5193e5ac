import { type Endpoint, ServiceError } from '@fairlead/endpoint';
import { callsInFlight } from '@fairlead/transport';
import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials,
  type Interceptor,
} from '@grpc/grpc-js';
import type { Connection } from './client-call.ts';
import {
  type ClientCodec,
  clientEndpoint,
  type GrpcEndpointOptions,
  type RequestEncoder,
  type ResponseDecoder,
} from './client-endpoint.ts';
import { keepaliveOptions, limitOptions, maxSendBytesOf } from './limits.ts';
import type { ClientMethod, ServiceMethods, Streamed } from './method.ts';

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
  /**
   * While calls are in flight, the connection is probed with a PING after this many milliseconds.
   * Default 30 000; `Infinity` for never.
   */
  readonly keepaliveIntervalMs?: number | undefined;
  /**
   * A connection whose PING is unanswered for this many milliseconds is given up, and its calls
   * reject with `unavailable`. Default 10 000.
   */
  readonly keepaliveTimeoutMs?: number | undefined;
  /**
   * Interceptors of grpc-js, around every call of this client; the first one is the outermost. The
   * messages that they see are bytes.
   */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Options of grpc-js's channel, which win over the ones above. */
  readonly channelOptions?: ChannelOptions | undefined;
}

interface NoEncoder {
  readonly encode?: never;
}

interface NoDecoder {
  readonly decode?: never;
}

/** One typed endpoint for each method of a service. */
export type GrpcEndpoints<Service extends ServiceMethods> = {
  readonly [Name in keyof Service]: EndpointOf<Service[Name]>;
};

type EndpointOf<Method> =
  Method extends ClientMethod<infer Req, infer Res, infer RequestStream, infer ResponseStream>
    ? Endpoint<Streamed<RequestStream, Req>, Streamed<ResponseStream, Res>>
    : never;

/** The methods of one server as endpoints, over one connection. */
export interface GrpcClient extends AsyncDisposable {
  /**
   * One method as an endpoint, of the method's own kind: what streams is an AsyncIterable. It rejects
   * with a ServiceError, whatever goes wrong: the server's own, or `unavailable` where none could be
   * reached. Any number of calls may run at once. A definition that does not say its kind in its
   * types, such as those of proto-loader, is told it by {@link ofKind}.
   *
   * A stream of responses opens when the server's headers have come; where requests stream as well,
   * at once, since the server may wait for them. `encode` and `decode` are called for each message.
   */
  endpoint<
    Req,
    Res,
    RequestStream extends boolean = boolean,
    ResponseStream extends boolean = boolean,
  >(
    method: ClientMethod<Req, Res, RequestStream, ResponseStream>,
    options?: GrpcEndpointOptions & NoEncoder & NoDecoder,
  ): Endpoint<Streamed<RequestStream, Req>, Streamed<ResponseStream, Res>>;
  endpoint<
    Req,
    ReqMessage,
    Res,
    RequestStream extends boolean = boolean,
    ResponseStream extends boolean = boolean,
  >(
    method: ClientMethod<ReqMessage, Res, RequestStream, ResponseStream>,
    options: GrpcEndpointOptions & RequestEncoder<Req, ReqMessage> & NoDecoder,
  ): Endpoint<Streamed<RequestStream, Req>, Streamed<ResponseStream, Res>>;
  endpoint<
    Req,
    ResMessage,
    Res,
    RequestStream extends boolean = boolean,
    ResponseStream extends boolean = boolean,
  >(
    method: ClientMethod<Req, ResMessage, RequestStream, ResponseStream>,
    options: GrpcEndpointOptions & NoEncoder & ResponseDecoder<ResMessage, Res>,
  ): Endpoint<Streamed<RequestStream, Req>, Streamed<ResponseStream, Res>>;
  endpoint<
    Req,
    ReqMessage,
    ResMessage,
    Res,
    RequestStream extends boolean = boolean,
    ResponseStream extends boolean = boolean,
  >(
    method: ClientMethod<ReqMessage, ResMessage, RequestStream, ResponseStream>,
    options: GrpcEndpointOptions &
      RequestEncoder<Req, ReqMessage> &
      ResponseDecoder<ResMessage, Res>,
  ): Endpoint<Streamed<RequestStream, Req>, Streamed<ResponseStream, Res>>;
  /** All methods of a service as endpoints, all with the same options. */
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
  const channelOptions = { ...keepaliveOptions(options), ...limitOptions(options) };
  const { interceptors = [] } = options;
  const identity = options.credentials ?? credentials.createInsecure();
  const channel = new Client(target, identity, {
    interceptors: [...interceptors],
    ...channelOptions,
  });
  const maxSendBytes = maxSendBytesOf(channelOptions);
  const calls = callsInFlight(() => channel.close());

  const connection: Connection = {
    use() {
      if (!calls.isClosed) return channel;
      throw new ServiceError('unavailable', `the client of ${target} is closed: make a new one`, {
        unsent: true,
      });
    },
    started: calls.started,
    ended: calls.ended,
  };

  const peer = { target, maxSendBytes, connection };

  function endpoint<
    Req,
    ReqMessage,
    ResMessage,
    Res,
    RequestStream extends boolean,
    ResponseStream extends boolean,
  >(
    method: ClientMethod<ReqMessage, ResMessage, RequestStream, ResponseStream>,
    options: GrpcEndpointOptions & ClientCodec<Req, ReqMessage, ResMessage, Res> = {},
  ): Endpoint<Streamed<RequestStream, Req>, Streamed<ResponseStream, Res>> {
    // Sound: of the method's kind, and without codecs the types are the method's own.
    return clientEndpoint(peer, method, options) as Endpoint<
      Streamed<RequestStream, Req>,
      Streamed<ResponseStream, Res>
    >;
  }

  function service<Service extends ServiceMethods>(
    definition: Service,
    options: GrpcEndpointOptions = {},
  ): GrpcEndpoints<Service> {
    const endpoints = Object.entries(definition).map(([name, method]) => [
      name,
      clientEndpoint(peer, method, options),
    ]);
    // Sound: one endpoint for each method, of that method's messages and kind.
    return Object.fromEntries(endpoints) as GrpcEndpoints<Service>;
  }

  return { endpoint, service, close: calls.close, [Symbol.asyncDispose]: calls.close };
}
