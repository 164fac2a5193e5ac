import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkNumber, systemClock } from '@fairlead/endpoint';
import { graceTimer } from '@fairlead/transport';
import { drain } from './node/drain.ts';
import { nodeServer } from './node/server.ts';
import type { HttpHandler } from './server.ts';
import type { Http1ServerOptions, HttpServerOptions } from './server-options.ts';

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
  /**
   * How long an idle connection is kept for a request that may be on its way already, in milliseconds;
   * such a request is answered, and told that the connection closes. A client loses no call then if it
   * keeps idle connections for less. Over HTTP/2 the GOAWAY says which requests were not seen, and
   * clients send those again by themselves, so that nothing lingers there.
   * Default 0: idle connections are closed at once.
   */
  readonly lingerMs?: number | undefined;
}

/** A server of `node:http` or `node:https` with safe limits and a close that loses nothing. */
export interface HttpServer extends AsyncDisposable {
  /** Node's server, for what nothing else offers. */
  readonly server: Server;
  /** Starts to listen; rejects, and says why, where it cannot. */
  listen(options?: ListenOptions): Promise<{ readonly host: string; readonly port: number }>;
  /**
   * Takes no more connections, lets requests in flight finish, then closes every connection; those
   * of HTTP/2 are told to go away at once. Connections still busy after the grace are cut off. Closing
   * again waits for the same end, which a `graceMs` given then may make sooner; a closed server does
   * not listen again.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Makes a server for a handler, or, where it speaks HTTP/1.1 alone, for any other listener of
 * `node:http`, such as an Express app. It does no I/O until it listens.
 */
export function createHttpServer(handler: HttpHandler, options?: HttpServerOptions): HttpServer;
export function createHttpServer(
  listener: RequestListener,
  options?: Http1ServerOptions,
): HttpServer;
export function createHttpServer(
  listener: HttpHandler | RequestListener,
  options: HttpServerOptions = {},
): HttpServer {
  const { clock = systemClock } = options;
  // Sound: with HTTP/2 it is a handler, as the overloads say.
  const { server, sockets, more, stopWrites } = nodeServer(listener as HttpHandler, options);
  const grace = graceTimer(clock);
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

  async function end(lingerMs: number): Promise<void> {
    // A server that is about to listen can be closed only once it does.
    await bound;
    if (server.listening) {
      await drain(server, { grace, lingerMs, clock, more, sockets });
    }
    stopWrites();
  }

  function close({ graceMs, lingerMs = 0 }: CloseOptions = {}): Promise<void> {
    grace.limit(graceMs);
    closed ??= end(checkNumber('lingerMs', lingerMs));
    return closed;
  }

  return { server, listen, close, [Symbol.asyncDispose]: () => close() };
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
