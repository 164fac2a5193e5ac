import type { Server } from 'node:http';
import type { Clock } from '@fairlead/endpoint';

/** How often a closing server looks for connections that have become idle, in milliseconds. */
const idleCheckMs = 20;

/**
 * Ends a server that listens: it takes no more connections, tells those who still send that theirs
 * will close, closes each connection once it is idle, and after `graceMs` the rest.
 */
export function drain(server: Server, graceMs: number, clock: Clock): Promise<void> {
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
