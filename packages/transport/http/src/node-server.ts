import { createServer, type Server } from 'node:http';
import type { createServer as CreateSecure } from 'node:https';
import { checkNumber, systemClock } from '@fairlead/endpoint';
import { acceptHttp2 } from './accept.ts';
import { allConnections, type Connections } from './connections.ts';
import { guardHead } from './head.ts';
import { http2Limits } from './http2-options.ts';
import { http2Acceptor } from './http2-server.ts';
import type { HttpHandler } from './server.ts';
import type { HttpServerOptions } from './server-options.ts';

/** Node's server for a handler, and the connections that its own `close` does not know. */
export interface NodeServer {
  readonly server: Server;
  /** Undefined where there are none but those of plain HTTP/1.1. */
  readonly more: Connections | undefined;
}

/** Makes Node's server of the options of ours, with their limits. */
export function nodeServer(handler: HttpHandler, options: HttpServerOptions): NodeServer {
  const { tls, http2 = false, clock = systemClock } = options;
  const maxHeaders = checkNumber('maxHeaders', options.maxHeaders ?? 100, {
    min: 1,
    integer: true,
  });
  const limits = serverLimits(options);
  const guarded = guardHead(handler, maxHeaders);
  const server = tls === undefined ? createServer(limits, guarded) : secureServer();
  // One more than may come, so that one too many is seen and not dropped in silence.
  server.maxHeadersCount = maxHeaders + 1;
  if (http2 === false && tls === undefined) return { server, more: undefined };
  return { server, more: allConnections(server, http2 === false ? undefined : withHttp2()) };

  function secureServer(): Server {
    // Loaded here, so that a server without TLS starts without it.
    const https: { createServer: typeof CreateSecure } = process.getBuiltinModule('node:https');
    const ALPNProtocols = http2 === false ? ['http/1.1'] : ['h2', 'http/1.1'];
    const handshakeTimeout = limits.headersTimeout || 120_000;
    return https.createServer({ handshakeTimeout, ...tls, ...limits, ALPNProtocols }, guarded);
  }

  function withHttp2(): Connections {
    const shared = {
      headersTimeoutMs: limits.headersTimeout,
      requestTimeoutMs: limits.requestTimeout,
      keepAliveTimeoutMs: limits.keepAliveTimeout,
      maxHeaderBytes: limits.maxHeaderSize,
      maxHeaders,
    };
    const acceptor = http2Acceptor(
      handler,
      http2Limits(typeof http2 === 'object' ? http2 : {}, shared),
      clock,
    );
    const headersTimeoutMs = limits.headersTimeout;
    return acceptHttp2(server, tls !== undefined, acceptor, { headersTimeoutMs, clock });
  }
}

interface Limits {
  readonly requestTimeout: number;
  readonly headersTimeout: number;
  readonly keepAliveTimeout: number;
  readonly maxHeaderSize: number;
  readonly connectionsCheckingInterval: number;
}

function serverLimits(options: HttpServerOptions): Limits {
  const limit = { max: 2_147_483_647, integer: true };
  const requestTimeout = checkNumber('requestTimeoutMs', options.requestTimeoutMs ?? 30_000, limit);
  const ofHeaders = options.headersTimeoutMs ?? Math.min(10_000, requestTimeout || 10_000);
  const headersTimeout = checkNumber('headersTimeoutMs', ofHeaders, limit);
  return {
    requestTimeout,
    headersTimeout,
    keepAliveTimeout: checkNumber(
      'keepAliveTimeoutMs',
      options.keepAliveTimeoutMs ?? 65_000,
      limit,
    ),
    maxHeaderSize: checkNumber('maxHeaderBytes', options.maxHeaderBytes ?? 16_384, {
      min: 1,
      integer: true,
    }),
    // Slow clients are looked for often enough for the limits above to mean what they say.
    connectionsCheckingInterval: Math.min(
      1000,
      Math.max(10, (headersTimeout || requestTimeout) / 10),
    ),
  };
}
