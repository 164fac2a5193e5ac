import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Connections of a server that its `close` does not know: of HTTP/2, and not yet of any protocol. */
export interface Connections {
  /** Lets those end whose requests are over; with a `lingerMs` the first request of a new one may come still. */
  close(lingerMs: number): void;
  /** Cuts off what is left. */
  destroy(): void;
}

/** Every connection of a server from its first byte, a handshake of TLS included. */
export function allConnections(server: Server, more?: Connections): Connections {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    close: (lingerMs) => more?.close(lingerMs),
    destroy() {
      more?.destroy();
      for (const socket of sockets) socket.destroy();
    },
  };
}
