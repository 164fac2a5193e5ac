import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { createServer as CreateSecure } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkNumber, systemClock } from '@fairlead/endpoint';
import { http2Limits } from '../http2/options.ts';
import { http2Acceptor } from '../http2/server.ts';
import type { HttpHandler } from '../server.ts';
import type { HttpServerOptions } from '../server-options.ts';
import { acceptHttp2 } from './accept.ts';
import { allConnections, type Connections } from './connections.ts';
import { guardHead } from './head.ts';
import { limitWrites } from './write-timeout.ts';

/** Node's server for a handler, and the connections that its own `close` does not know. */
export interface NodeServer {
  readonly server: Server;
  /** The connections of HTTP/1.1. */
  readonly sockets: ReadonlySet<Socket>;
  /** Undefined where there are none but those of plain HTTP/1.1. */
  readonly more: Connections | undefined;
  /** Ends the watch over clients that do not read. */
  readonly stopWrites: () => void;
}

/** Makes Node's server of the options of ours, with their limits. */
export function nodeServer(handler: HttpHandler, options: HttpServerOptions): NodeServer {
  const { tls, http2 = false, clock = systemClock } = options;
  const maxHeaders = checkNumber('maxHeaders', options.maxHeaders ?? 100, {
    min: 1,
    integer: true,
  });
  const maxPipelined = checkNumber('maxPipelined', options.maxPipelined ?? 100, { integer: true });
  const writeTimeoutMs = checkTimeout('writeTimeoutMs', options.writeTimeoutMs ?? 30_000);
  const limits = serverLimits(options);
  const guarded = guardHead(handler, { maxHeaders, maxPipelined });
  const server = tls === undefined ? createServer(limits, guarded) : secureServer();
  // One more than may come, so that one too many is seen and not dropped in silence.
  server.maxHeadersCount = maxHeaders + 1;
  server.on('connect', refuseTunnel);
  // Before HTTP/2 takes its connections away: those have a limit of their own.
  const event = tls === undefined ? 'connection' : 'secureConnection';
  const stopWrites = limitWrites(server, event, writeTimeoutMs, clock);
  // Likewise: of those that speak HTTP/2 this never hears.
  const sockets = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  if (http2 === false && tls === undefined) return { server, sockets, more: undefined, stopWrites };
  const more = allConnections(server, http2 === false ? undefined : withHttp2());
  return { server, sockets, more, stopWrites };

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

/** For times that Node keeps itself. */
function checkTimeout(name: string, ms: number): number {
  return checkNumber(name, ms, { max: 2_147_483_647, integer: true });
}

/** Node would close the connection without a word. */
function refuseTunnel(_request: IncomingMessage, socket: Duplex): void {
  const answer = 'HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
  // Node has let go of the connection, errors included.
  socket.on('error', () => {}).end(answer, () => socket.destroy());
}

interface Limits {
  readonly requestTimeout: number;
  readonly headersTimeout: number;
  readonly keepAliveTimeout: number;
  readonly maxHeaderSize: number;
  readonly connectionsCheckingInterval: number;
}

function serverLimits(options: HttpServerOptions): Limits {
  const requestTimeout = checkTimeout('requestTimeoutMs', options.requestTimeoutMs ?? 30_000);
  const ofHeaders = options.headersTimeoutMs ?? Math.min(10_000, requestTimeout || 10_000);
  const headersTimeout = checkTimeout('headersTimeoutMs', ofHeaders);
  return {
    requestTimeout,
    headersTimeout,
    keepAliveTimeout: checkTimeout('keepAliveTimeoutMs', options.keepAliveTimeoutMs ?? 65_000),
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
