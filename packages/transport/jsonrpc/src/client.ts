import { type Clock, type Endpoint, systemClock } from '@fairlead/endpoint';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '@fairlead/http';
import { type Batcher, batcher, type JsonrpcBatchOptions } from './client-batch.ts';
import {
  clientEndpoint,
  type JsonrpcEndpointOptions,
  type JsonrpcNotificationOptions,
  type JsonrpcTarget,
  notificationEndpoint,
} from './client-endpoint.ts';
import { postCalls, type SendCall } from './post.ts';

/** What a client is told, besides the options of its connections. */
export interface JsonrpcClientOptions {
  /** Headers of every request, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Collects calls into batches; `{}` for the defaults. Default: each call is a POST of its own. */
  readonly batch?: JsonrpcBatchOptions;
  /** Times the batches. Default: the clock of the process. */
  readonly clock?: Clock;
}

/** What a client is told that uses the connections of an HTTP client. */
export interface JsonrpcOverClientOptions extends JsonrpcClientOptions {
  /** Where the server takes JSON-RPC, below the base URL of the HTTP client. Default `/`. */
  readonly path?: string;
}

/** A JSON-RPC server, and the endpoints that call it. */
export interface JsonrpcClient extends AsyncDisposable {
  /** Makes the endpoint of one method. */
  endpoint<Req, Res>(options: JsonrpcEndpointOptions<Req, Res>): Endpoint<Req, Res>;
  /**
   * Makes an endpoint that notifies: it answers when the server has taken the request, and never
   * learns what came of it.
   */
  notification<Req>(options: JsonrpcNotificationOptions<Req>): Endpoint<Req, void>;
  /** Sends what waits for a batch, lets the calls in flight finish, then closes the connections that are its own. */
  close(): Promise<void>;
}

/**
 * Makes a client for the JSON-RPC server at a URL, or below an HTTP client whose connections it then
 * shares and does not close. It does no I/O before the first call.
 *
 * ```ts
 * const client = createJsonrpcClient('http://localhost:8084/rpc', { batch: {} });
 * const sum = client.endpoint<SumRequest, SumResponse>({ method: 'sum' });
 * const both = await Promise.all([sum({ a: 1, b: 2 }, background), sum({ a: 3, b: 4 }, background)]);
 * ```
 *
 * A call fails with a ServiceError: the server's own, rebuilt from `data`, or made of the answer's
 * code; `internal` for a reply that is no answer to it; else what the HTTP client says. Ids count from 0.
 */
export function createJsonrpcClient(
  url: string | URL,
  options?: JsonrpcClientOptions & HttpClientOptions,
): JsonrpcClient;
export function createJsonrpcClient(
  http: HttpClient,
  options?: JsonrpcOverClientOptions,
): JsonrpcClient;
export function createJsonrpcClient(
  server: string | URL | HttpClient,
  options: JsonrpcOverClientOptions & HttpClientOptions = {},
): JsonrpcClient {
  const { http, path, peer, closeHttp } = connect(server, options);
  const post = postCalls(http, path);
  const { batch, clock = systemClock } = options;
  const batches: Batcher | undefined = batch && batcher(post, batch, clock);
  const sendAlone: SendCall = (call, ctx) => post([call], ctx);
  let ids = 0;
  let closed: Promise<void> | undefined;

  const target: JsonrpcTarget = {
    peer,
    headers: options.headers ?? {},
    send: batches?.send ?? sendAlone,
    nextId: () => ids++,
  };

  async function end(): Promise<void> {
    await batches?.close();
    await closeHttp();
  }

  function close(): Promise<void> {
    closed ??= end();
    return closed;
  }

  return {
    endpoint: (call) => clientEndpoint(target, call),
    notification: (call) => notificationEndpoint(target, call),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Connection {
  readonly http: HttpClient;
  readonly path: string;
  readonly peer: string | undefined;
  closeHttp(): Promise<void>;
}

function connect(
  server: string | URL | HttpClient,
  options: JsonrpcOverClientOptions & HttpClientOptions,
): Connection {
  if (typeof server === 'object' && 'endpoint' in server) {
    return { http: server, path: options.path ?? '/', peer: undefined, closeHttp: async () => {} };
  }
  if (!URL.canParse(String(server)))
    throw new TypeError(`${server} is not a URL: it must be like http://host:port/path`);
  // The path goes with each call: a base URL must not end in the query that some servers want.
  const { origin, host, pathname, search } = new URL(server);
  const http = createHttpClient(origin, options);
  return { http, path: pathname + search, peer: host, closeHttp: () => http.close() };
}
