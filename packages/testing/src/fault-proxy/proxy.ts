import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type Clock, type Random, systemClock, systemRandom } from '@fairlead/endpoint';
import { type Connection, createConnection } from './connection.ts';
import { checkFaults, type ProxyFaults } from './faults.ts';

/** What a fault proxy stands in front of. */
export interface FaultProxyOptions {
  /** Where it connects to: `host:port`. */
  readonly target: string;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
  /** Where jitter comes from. Default: the randomness of the process. */
  readonly random?: Random | undefined;
}

/**
 * A TCP proxy on loopback that makes the network between a client and a server bad, as a test
 * commands. Knows bytes alone, so it serves for any protocol, TLS included.
 */
export interface FaultProxy extends AsyncDisposable {
  /** Starts to listen, on a free port of 127.0.0.1 that it keeps for good. A second time does nothing. */
  listen(): Promise<void>;
  /** `127.0.0.1:port`; throws before it has listened. */
  readonly address: string;
  /** How many clients are connected. */
  readonly connections: number;
  /** How many clients have connected so far. */
  readonly accepted: number;
  /** How many bytes it has taken from either side and not yet passed on. */
  readonly heldBytes: number;
  /** Sets what is wrong from now on, for connections that there are and those to come; replaces what was set before. */
  spoil(faults: ProxyFaults): void;
  /** Nothing is wrong any more; what a blackhole held arrives. */
  heal(): void;
  /** Resets every connection that there is: both sides see ECONNRESET. New ones are accepted. */
  reset(): void;
  /** Resets every connection and refuses new ones, as a host does whose server has died. */
  down(): Promise<void>;
  /** Accepts again, on the same port. */
  up(): Promise<void>;
  /** Resets what there is and frees the port. */
  close(): Promise<void>;
}

/** Makes a proxy that does nothing before {@link FaultProxy.listen}. */
export function createFaultProxy(options: FaultProxyOptions): FaultProxy {
  const { target, clock = systemClock, random = systemRandom } = options;
  const { hostname, port: targetPort } = new URL(`tcp://${target}`);
  if (targetPort === '') throw new RangeError(`target must be host:port, but is ${target}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const connections = new Set<Connection>();
  let faults: ProxyFaults = {};
  let accepted = 0;
  let port = 0;

  // A half-closed connection stays one: each side ends its own direction.
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1;
    const server = connect({ host, port: Number(targetPort), allowHalfOpen: true });
    const connection = createConnection(client, server, { faults: () => faults, clock, random });
    connections.add(connection);
    connection.onClose(() => connections.delete(connection));
  });

  async function listen(): Promise<void> {
    if (listener.listening) return;
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    const bound = listener.address();
    port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  }

  function reset(): void {
    for (const connection of connections) connection.reset();
  }

  function spoil(next: ProxyFaults): void {
    checkFaults(next.toServer ?? {});
    checkFaults(next.toClient ?? {});
    faults = next;
    for (const connection of connections) connection.refresh();
  }

  async function down(): Promise<void> {
    if (!listener.listening) return;
    const closed = once(listener, 'close');
    listener.close();
    reset();
    await closed;
  }

  return {
    listen,
    get address() {
      if (port === 0) throw new Error('the proxy has no address before listen()');
      return `127.0.0.1:${port}`;
    },
    get connections() {
      return connections.size;
    },
    get accepted() {
      return accepted;
    },
    get heldBytes() {
      return [...connections].reduce((sum, { heldBytes }) => sum + heldBytes(), 0);
    },
    spoil,
    heal: () => spoil({}),
    reset,
    down,
    up: listen,
    close: down,
    [Symbol.asyncDispose]: down,
  };
}
