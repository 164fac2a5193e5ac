import type { Socket } from 'node:net';
import type { Clock, Random } from '@fairlead/endpoint';
import type { ProxyFaults } from './faults.ts';
import { createPipe } from './pipe.ts';

/** One client of a proxy, joined to the server. */
export interface Connection {
  heldBytes(): number;
  /** The faults have changed. */
  refresh(): void;
  reset(): void;
  /** Calls the listener when both sides are closed. */
  onClose(listener: () => void): void;
}

interface ConnectionOptions {
  readonly faults: () => ProxyFaults;
  readonly clock: Clock;
  readonly random: Random;
}

/** Joins two sockets: data and ends through pipes with faults, resets at once. */
export function createConnection(
  client: Socket,
  server: Socket,
  { faults, clock, random }: ConnectionOptions,
): Connection {
  const close = (): void => {
    client.destroy();
    server.destroy();
  };
  const shared = { close, clock, random };
  const pipes = [
    createPipe({ from: client, to: server, faults: () => faults().toServer ?? {}, ...shared }),
    createPipe({ from: server, to: client, faults: () => faults().toClient ?? {}, ...shared }),
  ];
  let closed = (): void => {};
  const sideClosed = (): void => {
    if (!client.destroyed || !server.destroyed) return;
    for (const pipe of pipes) pipe.stop();
    closed();
  };
  client.on('error', () => server.resetAndDestroy()).on('close', sideClosed);
  server.on('error', () => client.resetAndDestroy()).on('close', sideClosed);

  return {
    heldBytes: () => pipes.reduce((sum, pipe) => sum + pipe.heldBytes(), 0),
    refresh() {
      for (const pipe of pipes) pipe.refresh();
    },
    reset() {
      client.resetAndDestroy();
      server.resetAndDestroy();
    },
    onClose(listener) {
      closed = listener;
    },
  };
}
