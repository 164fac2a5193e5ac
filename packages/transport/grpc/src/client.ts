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
import { type ClientMethod, isUnary, type ServiceMethod, type ServiceMethods } from './method.ts';

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
      throw new ServiceError('unavailable', `the client of ${target} is closed: make a new one`);
    },
    started: calls.started,
    ended: calls.ended,
  };

  function endpoint<Req, ReqMessage, ResMessage, Res>(
    method: ClientMethod<ReqMessage, ResMessage>,
    options: GrpcEndpointOptions & ClientCodec<Req, ReqMessage, ResMessage, Res> = {},
  ): Endpoint<Req, Res> {
    return clientEndpoint({ target, maxSendBytes, connection }, method, options);
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

  return { endpoint, service, close: calls.close, [Symbol.asyncDispose]: calls.close };
}
