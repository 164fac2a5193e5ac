import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Counts the requests of each connection that wait for the answer of one before them, and says of a
 * new one whether there is a place for it. Node stops to read a connection whose answers pile up,
 * but not before it has served every request of the packet at hand, and a packet holds thousands.
 */
export function waitingPlaces(
  max: number,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const waiting = new WeakMap<Socket, number>();
  return function takesPlace({ socket }, response) {
    // It has its connection already: nothing is before it.
    if (response.socket !== null) return true;
    const count = waiting.get(socket) ?? 0;
    if (count >= max) return false;
    waiting.set(socket, count + 1);
    response.once('socket', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    return true;
  };
}
