import {
  abortable,
  type Context,
  checkNumber,
  type Endpoint,
  isAsyncIterable,
  ServiceError,
} from '@fairlead/endpoint';
import { callsInFlight } from '@fairlead/transport';
import { parseBase } from './client/base-url.ts';
import { dispatch, type Send, type Wire } from './client/dispatch.ts';
import { dispatchStream } from './client/dispatch-stream.ts';
import { clientEndpoint, type HttpEndpointOptions } from './client/endpoint.ts';
import { lazyPool } from './client/pool.ts';

/** What a client is told about its connections. */
export interface HttpClientOptions {
  /** How many connections may be open at once. Default 128; a call beyond that waits for a free one. */
  readonly connections?: number | undefined;
  /** How long an idle connection is kept, in milliseconds. Default 4000: less than a server keeps its own end. */
  readonly keepAliveMs?: number | undefined;
  /** How long a connection may take to be made, in milliseconds. Default 10 000. */
  readonly connectTimeoutMs?: number | undefined;
  /** The largest body of a reply, and of each message in one that is a stream, in bytes. Default 4 MiB; a larger one fails with `resource_exhausted`. */
  readonly maxResponseBytes?: number | undefined;
  /** For `https`: what to trust and who to be, as PEM. Default: Node's own certificate authorities. */
  readonly tls?: HttpClientTls | undefined;
}

/** TLS settings of a client. */
export interface HttpClientTls {
  readonly ca?: string | Buffer | undefined;
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** The name that the server's certificate must have. Default: the URL's host. */
  readonly servername?: string | undefined;
}

/** A pool of kept connections to one server, and the endpoints that use it. */
export interface HttpClient extends AsyncDisposable {
  /** Makes the endpoint of one operation. All endpoints of a client share its connections. */
  endpoint<Req, Res>(options: HttpEndpointOptions<Req, Res>): Endpoint<Req, Res>;
  /** Lets the calls in flight finish, then closes every connection. Later calls fail with `unavailable`. */
  close(): Promise<void>;
}

/**
 * Makes a client for the server at a base URL, such as `http://localhost:8080/api`. It does no I/O
 * before the first call, which also loads the library that makes connections, within its own deadline.
 *
 * ```ts
 * const client = createHttpClient('http://localhost:8080');
 * const sum = client.endpoint<SumRequest, SumResponse>({ path: '/sum' });
 * const { v } = await sum({ a: 1, b: 2 }, background);
 * ```
 *
 * A call fails with a ServiceError: the server's own, rebuilt; `unavailable` where no reply came;
 * `deadline_exceeded` or `canceled` where its context ended, and then the request is closed as well.
 */
export function createHttpClient(
  baseUrl: string | URL,
  options: HttpClientOptions = {},
): HttpClient {
  const { origin, host, prefix } = parseBase(baseUrl);
  const keepAliveMs = checkNumber('keepAliveMs', options.keepAliveMs ?? 4000, { min: 1 });
  const pool = lazyPool(origin, {
    connections: checkNumber('connections', options.connections ?? 128, { min: 1, integer: true }),
    keepAliveTimeout: keepAliveMs,
    // However long the server would keep it.
    keepAliveMaxTimeout: keepAliveMs,
    connect: {
      timeout: checkNumber('connectTimeoutMs', options.connectTimeoutMs ?? 10_000),
      ...options.tls,
    },
  });
  // Not `pool.close()`: that also waits for calls that were canceled before they had a connection.
  const calls = callsInFlight(() => pool.destroy());
  const maxResponseBytes = checkNumber('maxResponseBytes', options.maxResponseBytes ?? 4_194_304);
  let wire: Wire | undefined;

  /** The way for the first calls. One whose context ends before there is a pool does not wait for it. */
  async function open(ctx: Context): Promise<Wire> {
    try {
      const opened = await abortable(pool.open(), ctx);
      wire ??= { pool: opened, maxResponseBytes, onSettled: calls.ended };
      return wire;
    } catch (error) {
      calls.ended();
      throw error;
    }
  }

  const send: Send = (call, ctx) => {
    if (calls.isClosed) {
      return Promise.reject(
        new ServiceError('unavailable', 'the client is closed', { unsent: true }),
      );
    }
    calls.started();
    const isStream = call.isStreamed !== undefined || isAsyncIterable(call.body);
    const over = isStream ? dispatchStream : dispatch;
    if (wire !== undefined) return over(wire, call, ctx);
    return open(ctx).then((ready) => over(ready, call, ctx));
  };

  return {
    endpoint: (call) => clientEndpoint({ host, origin, prefix, send, maxResponseBytes }, call),
    close: calls.close,
    [Symbol.asyncDispose]: calls.close,
  };
}
