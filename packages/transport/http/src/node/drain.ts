import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '@fairlead/endpoint';
import type { GraceTimer } from '@fairlead/transport';
import type { Connections } from './connections.ts';

/** How often a closing server looks for connections that have become idle, in milliseconds. */
const idleCheckMs = 20;

/** What a server is drained of, and how soon. */
export interface DrainPlan {
  readonly grace: GraceTimer;
  readonly lingerMs: number;
  readonly clock: Clock;
  /** The connections that are not of HTTP/1.1, or not yet. */
  readonly more: Connections | undefined;
  /** Those that are. */
  readonly sockets: ReadonlySet<Socket>;
}

/**
 * Ends a server that listens: it takes no more connections, tells those who still send that theirs
 * will close, closes each connection once it has been idle for `lingerMs`, and after the grace the rest.
 */
export function drain(server: Server, plan: DrainPlan): Promise<void> {
  const { lingerMs, clock, grace, more, sockets } = plan;
  const closeIdle =
    lingerMs === 0 ? () => server.closeIdleConnections() : closeQuiet(sockets, plan);
  let stopCheck = (): void => {};
  const check = (): void => {
    closeIdle();
    stopCheck = clock.schedule(idleCheckMs, check);
  };
  grace.start(() => {
    server.closeAllConnections();
    more?.destroy();
  });

  server.prependListener('request', (_request, response) =>
    response.setHeader('connection', 'close'),
  );
  const over = new Promise<void>((resolve) => {
    // Node's close would cut idle connections, on which a request may be on its way.
    if (lingerMs > 0) server.closeIdleConnections = () => {};
    server.close(() => {
      stopCheck();
      grace.stop();
      resolve();
    });
  });
  more?.close(lingerMs);
  check();
  return over;
}

interface Quiet {
  readonly since: number;
  readonly bytesRead: number;
}

/** Makes what closes the connections on which nothing is answered and nothing has come for a while. */
function closeQuiet(sockets: ReadonlySet<Socket>, { lingerMs, clock }: DrainPlan): () => void {
  const quiet = new WeakMap<Socket, Quiet>();
  return () => {
    const now = clock.now();
    for (const socket of sockets) {
      const { bytesRead } = socket;
      const last = quiet.get(socket);
      if (last === undefined || last.bytesRead !== bytesRead || isAnswering(socket)) {
        quiet.set(socket, { since: now, bytesRead });
      } else if (now - last.since >= lingerMs) socket.destroy();
    }
  };
}

/**
 * Whether a request of the connection has no whole answer yet. Node keeps the response there and says
 * so nowhere else; a test shows that it still does.
 */
function isAnswering(socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage !== undefined && socket._httpMessage !== null;
}
