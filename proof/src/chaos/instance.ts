// One instance, a process of its own: serves addsvc's two methods, and does badly when it is told to.
import { setTimeout as delay } from 'node:timers/promises';
import { background, type Endpoint, ServiceError, systemRandom } from '@fairlead/endpoint';
import { createHttpServer } from '@fairlead/http';
import { type Ledger, openLedger } from './ledger.ts';
import type { Transport } from './options.ts';
import { type RegistryPlace, registrarOf } from './registry.ts';
import { addHttpHandler, createAddGrpcServer } from './service.ts';

/** What an instance is told at its start, as JSON in its only argument. */
export interface InstanceSetup {
  readonly name: string;
  readonly transport: Transport;
  readonly registry: RegistryPlace;
  /** The folder of the ledgers. */
  readonly ledgers: string;
}

/** How an instance shall do from now on. */
export interface Order {
  /** Added to the time that each call takes. */
  readonly slowMs: number;
  /** The share of calls that fail though the work is done. */
  readonly failShare: number;
}

/** What an instance says once it is registered. */
export interface Started {
  readonly address: string;
  /** Other addresses, by name. */
  readonly [name: string]: string;
}

/** How long clients have to hear that it goes, before it takes no more calls. */
const drainMs = 300;
/** What an ordinary call takes. */
const workMs = { least: 2, spread: 4 };

async function serve({ name, transport, registry, ledgers }: InstanceSetup): Promise<void> {
  // Whatever becomes of the parent, nothing is left of this process.
  process.on('disconnect', () => process.exit(0));
  const stopped = new Promise<void>((resolve) => void process.once('SIGTERM', () => resolve()));
  // Ctrl-C reaches the whole group: the parent decides.
  process.on('SIGINT', () => {});
  let order: Order = { slowMs: 0, failShare: 0 };
  process.on('message', (message) => {
    // The parent's, and of no other type.
    order = message as Order;
  });
  using ledger: Ledger = openLedger(ledgers, name);

  const work = async (): Promise<void> => {
    await delay(workMs.least + workMs.spread * systemRandom() + order.slowMs);
    if (systemRandom() < order.failShare) throw new ServiceError('unavailable', 'not well');
  };
  const sum: Endpoint<{ a: number; b: number }, { v: number }> = async ({ a, b }) => {
    await work();
    return { v: a + b };
  };
  const concat: Endpoint<{ a: string; b: string }, { v: string }> = async ({ a, b }) => {
    ledger.record(Number(a));
    await work();
    return { v: a + b };
  };
  const service = { sum, concat };
  await using server =
    transport === 'http' ? createHttpServer(addHttpHandler(service)) : createAddGrpcServer(service);
  const { host, port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const address = `${host}:${port}`;
  await using registrar = registrarOf(registry, { address });
  await registrar.register();
  process.send?.({ address } satisfies Started);
  await stopped;
  using limit = background.withTimeout(2000);
  // A registry that is down must not keep it: it is gone after its ttl then.
  await registrar.deregister(limit).catch(() => {});
  await delay(drainMs);
}

await serve(JSON.parse(process.argv[2] ?? '') as InstanceSetup);
process.exit(0);
