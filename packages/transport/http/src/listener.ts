import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, checkNumber, systemClock } from '@fairlead/endpoint';

/** Limits of a server. Every time is in milliseconds. */
export interface HttpServerOptions {
  /** How long a client may take to send its headers. Default 10 000. */
  readonly headersTimeoutMs?: number;
  /** How long a client may take to send a whole request. Default 30 000. */
  readonly requestTimeoutMs?: number;
  /**
   * How long a connection is kept between two requests. Default 65 000: longer than the usual load
   * balancer keeps its own end, so that it is not the server who closes first.
   */
  readonly keepAliveTimeoutMs?: number;
  /** The largest block of headers, in bytes. Default 16 KiB; a larger one gets 431. */
  readonly maxHeaderBytes?: number;
  /** Default: the clock of the process. */
  readonly clock?: Clock;
}

/** Where a server listens. */
export interface ListenOptions {
  /** Default 127.0.0.1, this machine alone; `0.0.0.0` or `::` for every interface, as in a container. */
  readonly host?: string;
  /** Default 0: any free port, which {@link HttpServer.listen} tells. */
  readonly port?: number;
}

/** How a server closes. */
export interface CloseOptions {
  /** How long requests in flight may take to finish, in milliseconds. Default 10 000. */
  readonly graceMs?: number;
}

/** A `node:http` server with safe limits and a close that loses nothing. */
export interface HttpServer extends AsyncDisposable {
  /** Node's server, for what nothing else offers. */
  readonly server: Server;
  /** Starts to listen; rejects, and says why, where it cannot. */
  listen(options?: ListenOptions): Promise<{ readonly host: string; readonly port: number }>;
  /**
   * Takes no more connections, lets requests in flight finish, then closes every connection; those
   * still busy after the grace are cut off. Closing again waits for the same end.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** How often a closing server looks for connections that have become idle, in milliseconds. */
const idleCheckMs = 20;

/** Makes a server for a handler, or for any other listener of `node:http`. It does no I/O until it listens. */
export function createHttpServer(
  listener: RequestListener,
  options: HttpServerOptions = {},
): HttpServer {
  const { clock = systemClock } = options;
  const server = createServer(
    {
      headersTimeout: checkNumber('headersTimeoutMs', options.headersTimeoutMs ?? 10_000),
      requestTimeout: checkNumber('requestTimeoutMs', options.requestTimeoutMs ?? 30_000),
      keepAliveTimeout: checkNumber('keepAliveTimeoutMs', options.keepAliveTimeoutMs ?? 65_000),
      maxHeaderSize: checkNumber('maxHeaderBytes', options.maxHeaderBytes ?? 16_384, { min: 1 }),
      // Slow clients are looked for often enough for the limits above to mean what they say.
      connectionsCheckingInterval: 1000,
    },
    listener,
  );
  let closed: Promise<void> | undefined;

  function listen({
    host = '127.0.0.1',
    port = 0,
  }: ListenOptions = {}): Promise<{ host: string; port: number }> {
    return new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void =>
        reject(cannotListen(host, port, cause));
      server.once('error', failed);
      server.listen({ host, port }, () => {
        server.off('error', failed);
        // Sound: a server that listens on a host and a port has an address of this kind.
        const address = server.address() as AddressInfo;
        resolve({ host: address.address, port: address.port });
      });
    });
  }

  function close({ graceMs = 10_000 }: CloseOptions = {}): Promise<void> {
    closed ??= drain(server, checkNumber('graceMs', graceMs), clock);
    return closed;
  }

  return { server, listen, close, [Symbol.asyncDispose]: () => close() };
}

function drain(server: Server, graceMs: number, clock: Clock): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    let stopCheck = (): void => {};
    const closeIdle = (): void => {
      server.closeIdleConnections();
      stopCheck = clock.schedule(idleCheckMs, closeIdle);
    };
    const stopGrace = clock.schedule(graceMs, () => server.closeAllConnections());
    server.prependListener('request', (_request, response) =>
      response.setHeader('connection', 'close'),
    );
    server.close(() => {
      stopCheck();
      stopGrace();
      resolve();
    });
    closeIdle();
  });
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): Error {
  const remedy =
    cause.code === 'EADDRINUSE'
      ? 'the port is in use: choose another, or 0 for any free one'
      : cause.message;
  return new Error(`cannot listen on ${host}:${port}: ${remedy}`, { cause });
}
