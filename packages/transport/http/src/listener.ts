import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, checkNumber, systemClock } from '@fairlead/endpoint';
import { drain } from './drain.ts';
import { guardHead } from './head.ts';
import { limitWrites } from './write-timeout.ts';

/** Limits of a server. Every time is in milliseconds. */
export interface HttpServerOptions {
  /** How long a client may take to send its headers; 0 for no limit. Default 10 000, or `requestTimeoutMs` if less. */
  readonly headersTimeoutMs?: number | undefined;
  /** How long a client may take to send a whole request; 0 for no limit. Default 30 000; a slower one gets 408. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * How long a client may leave its answer unread; 0 for no limit. Default 30 000; one of whose answer
   * nothing has left for so long, and up to a second more, is cut off. Slow but steady is no matter.
   */
  readonly writeTimeoutMs?: number | undefined;
  /**
   * How long a connection is kept between two requests. Default 65 000: longer than the usual load
   * balancer keeps its own end, so that it is not the server who closes first.
   */
  readonly keepAliveTimeoutMs?: number | undefined;
  /** The largest block of headers, in bytes. Default 16 KiB; a larger one gets 431. */
  readonly maxHeaderBytes?: number | undefined;
  /** How many headers a request may have. Default 100; one with more gets 431. */
  readonly maxHeaders?: number | undefined;
  /**
   * How many requests may wait on a connection for the answer of one before them. Default 100; one more
   * gets 429, and the connection is closed. They are served at once, and their answers kept until it is
   * their turn, so that this bounds what one connection can fill the memory with.
   */
  readonly maxPipelined?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** Where a server listens. */
export interface ListenOptions {
  /** Default 127.0.0.1, this machine alone; `0.0.0.0` or `::` for every interface, as in a container. */
  readonly host?: string | undefined;
  /** Default 0: any free port, which {@link HttpServer.listen} tells. */
  readonly port?: number | undefined;
}

/** How a server closes. */
export interface CloseOptions {
  /** How long requests in flight may take to finish, in milliseconds. Default 10 000. */
  readonly graceMs?: number | undefined;
}

/** A `node:http` server with safe limits and a close that loses nothing. */
export interface HttpServer extends AsyncDisposable {
  /** Node's server, for what nothing else offers. */
  readonly server: Server;
  /** Starts to listen; rejects, and says why, where it cannot. */
  listen(options?: ListenOptions): Promise<{ readonly host: string; readonly port: number }>;
  /**
   * Takes no more connections, lets requests in flight finish, then closes every connection; those
   * still busy after the grace are cut off. Closing again waits for the same end, and a closed
   * server does not listen again.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** Makes a server for a handler, or for any other listener of `node:http`. It does no I/O until it listens. */
export function createHttpServer(
  listener: RequestListener,
  options: HttpServerOptions = {},
): HttpServer {
  const { clock = systemClock } = options;
  const maxHeaders = checkNumber('maxHeaders', options.maxHeaders ?? 100, {
    min: 1,
    integer: true,
  });
  const maxPipelined = checkNumber('maxPipelined', options.maxPipelined ?? 100, { integer: true });
  const server = createServer(
    nodeOptions(options),
    guardHead(listener, { maxHeaders, maxPipelined }),
  );
  // One more than may come, so that one too many is seen and not dropped in silence.
  server.maxHeadersCount = maxHeaders + 1;
  server.on('connect', refuseTunnel);
  const stopWrites = limitWrites(
    server,
    checkTimeout('writeTimeoutMs', options.writeTimeoutMs ?? 30_000),
    clock,
  );
  let bound: Promise<unknown> | undefined;
  let closed: Promise<void> | undefined;

  function listen({
    host = '127.0.0.1',
    port = 0,
  }: ListenOptions = {}): Promise<{ host: string; port: number }> {
    if (closed !== undefined)
      return Promise.reject(new Error('cannot listen: the server is closed'));
    const binding = bind(server, host, port);
    bound = Promise.allSettled([bound, binding]);
    return binding;
  }

  async function end(graceMs: number): Promise<void> {
    // A server that is about to listen can be closed only once it does.
    await bound;
    if (server.listening) await drain(server, graceMs, clock);
    stopWrites();
  }

  function close({ graceMs = 10_000 }: CloseOptions = {}): Promise<void> {
    closed ??= end(checkNumber('graceMs', graceMs));
    return closed;
  }

  return { server, listen, close, [Symbol.asyncDispose]: () => close() };
}

/** Node would close the connection without a word. */
function refuseTunnel(_request: IncomingMessage, socket: Duplex): void {
  const answer = 'HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
  // Node has let go of the connection, errors included.
  socket.on('error', () => {}).end(answer, () => socket.destroy());
}

function checkTimeout(name: string, ms: number): number {
  return checkNumber(name, ms, { max: 2_147_483_647, integer: true });
}

function nodeOptions(options: HttpServerOptions): ServerOptions {
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

function bind(server: Server, host: string, port: number): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      server.off('error', failed);
      reject(cannotListen(host, port, cause));
    };
    server.once('error', failed);
    try {
      server.listen({ host, port }, () => {
        server.off('error', failed);
        // Sound: a server that listens on a host and a port has an address of this kind.
        const address = server.address() as AddressInfo;
        resolve({ host: address.address, port: address.port });
      });
    } catch (cause) {
      // Node throws for a port that is none, and when it listens already.
      failed(cause instanceof Error ? cause : new Error(String(cause)));
    }
  });
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): Error {
  const remedy =
    cause.code === 'EADDRINUSE'
      ? 'the port is in use: choose another, or 0 for any free one'
      : cause.message;
  return new Error(`cannot listen on ${host}:${port}: ${remedy}`, { cause });
}
