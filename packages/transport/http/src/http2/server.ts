import type { createServer, Http2Server } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '@fairlead/endpoint';
import type { Http2Limits } from './options.ts';
import { guardHead2, type Http2Listener } from './request.ts';
import { Http2Session } from './session.ts';

/** What serves the connections of a server that speak HTTP/2. */
export interface Http2Acceptor {
  /** Takes a connection over. */
  accept(socket: Socket): void;
  /** Takes no more requests; each connection is closed when those in progress are over. */
  close(): void;
  /** Cuts off what is left. */
  destroy(): void;
}

/** How often connections are looked at, in milliseconds. */
const checkEveryMs = 1000;

/** Makes what serves connections of HTTP/2 that another server has accepted. */
export function http2Acceptor(
  listener: Http2Listener,
  limits: Http2Limits,
  clock: Clock,
): Http2Acceptor {
  const sessions = new Set<Http2Session>();
  const server = newServer(limits);
  let isClosing = false;
  let stopChecks = (): void => {};

  function check(): void {
    for (const session of sessions) session.check();
    stopChecks = clock.schedule(checkInterval(limits), check);
  }

  server.on('request', guardHead2(listener, limits.maxHeaderBytes));
  server.on('session', (connection) => {
    const session = new Http2Session(connection, limits, clock);
    if (sessions.size === 0) stopChecks = clock.schedule(checkInterval(limits), check);
    sessions.add(session);
    connection.once('close', () => {
      sessions.delete(session);
      if (sessions.size === 0) stopChecks();
    });
    if (isClosing) session.close();
  });

  return {
    accept: (socket) => void server.emit('connection', socket),
    close() {
      isClosing = true;
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}

/** Often enough for the limits to mean what they say. */
function checkInterval({
  headersTimeoutMs,
  requestTimeoutMs,
  stallTimeoutMs,
}: Http2Limits): number {
  const limits = [headersTimeoutMs, requestTimeoutMs, stallTimeoutMs].filter((limit) => limit > 0);
  return Math.max(10, Math.min(checkEveryMs, ...limits.map((limit) => limit / 10)));
}

/** Loaded here, so that a server of HTTP/1.1 starts without it. */
function newServer(limits: Http2Limits): Http2Server {
  const http2: { createServer: typeof createServer } = process.getBuiltinModule('node:http2');
  return http2.createServer(limits.node);
}
