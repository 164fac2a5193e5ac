import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, for a test that waits until they are gone. */
export function watchConnections(server: Server): {
  /** How many have come so far. */
  count(): number;
  /** Waits for the next one. */
  next(): Promise<Socket>;
  /** Waits until all that have come are closed; then how many Node still counts. */
  allClosed(): Promise<number>;
} {
  const closed: Promise<unknown>[] = [];
  server.on('connection', (socket: Socket) => {
    closed.push(new Promise((resolve) => socket.once('close', resolve)));
  });
  return {
    count: () => closed.length,
    next: () => new Promise((resolve) => server.once('connection', resolve)),
    async allClosed() {
      await Promise.all(closed);
      return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
    },
  };
}
