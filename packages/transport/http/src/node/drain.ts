import type { Server } from 'node:http';
import type { Clock } from '@fairlead/endpoint';
import type { Connections } from './connections.ts';

/** How often a closing server looks for connections that have become idle, in milliseconds. */
const idleCheckMs = 20;

/**
 * Ends a server that listens: it takes no more connections, tells those who still send that theirs
 * will close, closes each connection once it is idle, and after `graceMs` the rest. `more` are the
 * connections that are not of HTTP/1.1, or not yet.
 */
export function drain(
  server: Server,
  graceMs: number,
  clock: Clock,
  more?: Connections,
): Promise<void> {
  return new Promise((resolve) => {
    let stopCheck = (): void => {};
    const closeIdle = (): void => {
      server.closeIdleConnections();
      stopCheck = clock.schedule(idleCheckMs, closeIdle);
    };
    const stopGrace = clock.schedule(graceMs, () => {
      server.closeAllConnections();
      more?.destroy();
    });
    server.prependListener('request', (_request, response) =>
      response.setHeader('connection', 'close'),
    );
    server.close(() => {
      stopCheck();
      stopGrace();
      resolve();
    });
    more?.close();
    closeIdle();
  });
}
