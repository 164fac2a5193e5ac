import type { Random } from '@fairlead/endpoint';
import { type Balancer, type BalancerOptions, createBalancer } from '@fairlead/lb';
import { createEndpointer, staticInstancer } from '@fairlead/sd';
import { seededRandom } from '@fairlead/testing';
import { createServer, type Server, type ServerPlan } from './service.ts';
import { createWorld } from './world.ts';

/** What is simulated: servers, clients with a balancer each, and the calls that come in. */
export interface FleetPlan {
  readonly servers: readonly ServerPlan[];
  /** How many clients there are, none of which sees the calls of another. */
  readonly clients: number;
  /** How many calls come in each second, at random moments (a Poisson process). */
  readonly callsPerSecond: number;
  readonly calls: number;
  readonly balancer: Omit<BalancerOptions, 'clock' | 'random'>;
  readonly seed: number;
}

/** What became of the calls. */
export interface FleetResult {
  /** How long each call took, in milliseconds, in rising order. */
  readonly latencies: Float64Array;
  /** The share of the calls that each server got. */
  readonly shares: readonly number[];
  /** The share of the calls that failed. */
  readonly failed: number;
}

/** Runs a simulation to its end: the balancer is the real one, servers and time are not. */
export async function simulateFleet(plan: FleetPlan): Promise<FleetResult> {
  const world = createWorld();
  const random = seededRandom(plan.seed);
  const servers = plan.servers.map((server) => createServer(server, world, random));
  const clients = await Promise.all(
    Array.from({ length: plan.clients }, () => client(servers, plan, random, world)),
  );
  const latencies = new Float64Array(plan.calls);
  let failed = 0;

  function call(index: number): void {
    // Sound: one of the clients.
    const { balancer, connected } = clients[Math.floor(random() * clients.length)] as Client;
    const startedAt = world.now();
    const lease = balancer.pick();
    const server = lease.value;
    const openingMs = connected.has(server) ? 0 : server.firstCallMs;
    connected.add(server);
    const send = (): void =>
      server.serve((error) => {
        latencies[index] = world.now() - startedAt;
        if (error !== undefined) failed++;
        lease.end(error);
      });
    if (openingMs === 0) send();
    else world.schedule(openingMs, send);
  }

  let arrivalMs = 0;
  for (let i = 0; i < plan.calls; i++) {
    arrivalMs += -(1000 / plan.callsPerSecond) * Math.log(1 - random());
    world.schedule(arrivalMs, () => call(i));
  }
  world.run(Infinity);
  return {
    latencies: latencies.sort(),
    shares: servers.map(({ calls }) => calls / plan.calls),
    failed: failed / plan.calls,
  };
}

/** A client's own view of the servers, with what it has learnt of them itself. */
interface Client {
  readonly balancer: Balancer<Server>;
  readonly connected: Set<Server>;
}

async function client(
  servers: readonly Server[],
  plan: FleetPlan,
  random: Random,
  clock: ReturnType<typeof createWorld>,
): Promise<Client> {
  const addresses = servers.map((_, i) => `10.0.0.${i + 1}:80`);
  const instancer = staticInstancer(addresses);
  const byAddress = new Map(addresses.map((address, i) => [address, servers[i]]));
  const endpointer = createEndpointer(instancer, ({ address }) => {
    // Sound: the instances are those of the addresses.
    return { value: byAddress.get(address) as Server };
  });
  const balancer = createBalancer(endpointer, { ...plan.balancer, clock, random });
  return { balancer, connected: new Set() };
}

/** The latency that this share of the calls stays below. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
