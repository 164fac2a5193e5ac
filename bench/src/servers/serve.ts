import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveRounds, usage } from '../worker.ts';

/** Serves over `node:http` as a worker; what it measures is what it uses. */
export function serve(listener: RequestListener): void {
  // Connections that wait for their turn stay open.
  const server = createServer({ keepAliveTimeout: 600_000 }, listener);
  server.listen(0, '127.0.0.1', () => {
    // Sound: a server that listens on a host has an address of this kind.
    const { port } = server.address() as AddressInfo;
    serveRounds(usage, port);
  });
}
