import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '@fairlead/endpoint';

/**
 * Cuts off clients that do not take their answers: those of whose answer nothing has left for
 * `timeoutMs`, or up to a second longer. Returns what ends the watch; 0 watches nothing.
 *
 * `event` brings the connections of HTTP/1.1: with TLS it is those in which Node has put its answers.
 *
 * It looks at all connections now and then, and lets Node time those on which something waits to be
 * sent, so that a request costs nothing more. Node knows what has left; nobody else can tell.
 */
export function limitWrites(
  server: Server,
  event: 'connection' | 'secureConnection',
  timeoutMs: number,
  clock: Clock,
): () => void {
  if (timeoutMs === 0) return () => {};
  // With a fraction, which Node ignores: so that the time is known from one that somebody else set.
  const ours = timeoutMs - 0.5;
  const everyMs = Math.min(1000, timeoutMs / 4);
  const sockets = new Set<Socket>();
  let stop: (() => void) | undefined;

  function look(): void {
    for (const socket of sockets) {
      const isTimed = socket.timeout === ours;
      if (socket.writableLength > 0 && !isTimed) socket.setTimeout(ours);
      if (socket.writableLength === 0 && isTimed) socket.setTimeout(server.timeout);
    }
    stop = clock.schedule(everyMs, look);
  }

  function end(): void {
    stop?.();
    stop = undefined;
  }

  server.on(event, (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) end();
    });
    stop ??= clock.schedule(everyMs, look);
  });
  return end;
}
