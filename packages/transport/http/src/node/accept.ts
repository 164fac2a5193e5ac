import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@fairlead/endpoint';
import type { Http2Acceptor } from '../http2/server.ts';
import type { Connections } from './connections.ts';

/** How every connection of HTTP/2 begins; no request of HTTP/1.1 does (RFC 9113 §3.4). */
const preface = Buffer.from('PRI');

/** Lets a server of HTTP/1.1 hand its connections of HTTP/2 over: over TLS by ALPN, else by how they begin. */
export function acceptHttp2(
  server: Server,
  isSecure: boolean,
  http2: Http2Acceptor,
  limits: { readonly headersTimeoutMs: number; readonly clock: Clock },
): Connections {
  const undecided = new Set<Socket>();
  const event = isSecure ? 'secureConnection' : 'connection';
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  const acceptHttp1 = (socket: Socket): void => {
    for (const listener of listeners) Reflect.apply(listener, server, [socket]);
  };
  server.on(event, (socket: Socket) => {
    if (isSecure) (isHttp2(socket) ? http2.accept : acceptHttp1)(socket);
    else {
      undecided.add(socket);
      const forget = (): void => void undecided.delete(socket);
      socket.once('close', forget);
      sniff(socket, limits, (speaksHttp2) => {
        forget();
        socket.off('close', forget);
        (speaksHttp2 ? http2.accept : acceptHttp1)(socket);
      });
    }
  });
  return {
    close(lingerMs) {
      if (lingerMs === 0) for (const socket of undecided) socket.destroy();
      http2.close();
    },
    destroy: http2.destroy,
  };
}

/** Sound where it is called: the socket of a `secureConnection` is a TLS socket. */
function isHttp2(socket: Socket): boolean {
  return (socket as TLSSocket).alpnProtocol === 'h2';
}

/** Reads the first three bytes and puts them back. A connection that does not send as many in time is closed. */
function sniff(
  socket: Socket,
  { headersTimeoutMs, clock }: { readonly headersTimeoutMs: number; readonly clock: Clock },
  decide: (speaksHttp2: boolean) => void,
): void {
  let seen = Buffer.alloc(0);
  const stop =
    headersTimeoutMs > 0 ? clock.schedule(headersTimeoutMs, () => socket.destroy()) : () => {};
  const fail = (): void => void socket.destroy();
  socket.on('readable', read).on('error', fail).on('end', fail).on('close', stop);

  function read(): void {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    seen = Buffer.concat([seen, chunk]);
    const start = seen.subarray(0, preface.length);
    const mayBe = preface.subarray(0, start.length).equals(start);
    if (mayBe && start.length < preface.length) return;
    stop();
    socket.off('readable', read).off('error', fail).off('end', fail).off('close', stop);
    socket.unshift(seen);
    decide(mayBe);
  }
}
