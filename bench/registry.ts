// `npm run bench-registries`: how long an instance takes from its registration to a subscriber, and from its end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConsulInstancer, createConsulRegistrar } from '@fairlead/consul';
import { createEtcdInstancer, createEtcdRegistrar } from '@fairlead/etcd';
import { hasConsul, startConsul } from '@fairlead/peers/consul';
import { hasEtcd, startEtcd } from '@fairlead/peers/etcd';
import {
  createDirectoryRegistry,
  createMemoryRegistry,
  type Instancer,
  type Registrar,
} from '@fairlead/sd';
import { whenKnown } from '@fairlead/testing';

const rounds = 100;
/** Between two changes: an instancer reads those that come faster together. */
const restMs = 150;
const service = 'bench';

interface Backend extends AsyncDisposable {
  readonly instancer: Instancer;
  registrar(instance: string): Registrar;
}

const backends: Readonly<Record<string, () => Promise<Backend | undefined>>> = {
  async memory() {
    const registry = createMemoryRegistry();
    return {
      instancer: registry.instancer(service),
      registrar: (instance) => registry.registrar(service, instance),
      [Symbol.asyncDispose]: async () => {},
    };
  },
  async directory() {
    const path = await mkdtemp(join(tmpdir(), 'fairlead-bench-'));
    const registry = createDirectoryRegistry(path);
    return {
      instancer: registry.instancer(service, { confirmMs: 0 }),
      registrar: (instance) => registry.registrar(service, instance),
      [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
    };
  },
  async Consul() {
    if (!hasConsul()) return undefined;
    const server = await startConsul({ inMemory: true });
    const { url } = server;
    return {
      instancer: createConsulInstancer({ url, service, confirmMs: 0 }),
      registrar: (instance) => createConsulRegistrar({ url, service, instance }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  async etcd() {
    if (!hasEtcd()) return undefined;
    const server = await startEtcd();
    const etcd = { service, endpoints: [server.url] };
    return {
      instancer: createEtcdInstancer({ ...etcd, confirmMs: 0 }),
      registrar: (instance) => createEtcdRegistrar({ ...etcd, instance }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

/** Resolves when the instancer lists the address, or lists it no more. */
function until(instancer: Instancer, address: string, listed: boolean): Promise<unknown> {
  return whenKnown(
    instancer,
    ({ instances = [] }) => instances.some((one) => one.address === address) === listed,
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  await delay(restMs);
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function quantile(samples: readonly number[], part: number): string {
  const sorted = samples.toSorted((one, other) => one - other);
  return (sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
}

console.log('| registry | what | p50, ms | p99, ms |\n|---|---|---|---|');
for (const [name, start] of Object.entries(backends)) {
  await using backend = await start();
  if (backend === undefined) continue;
  await using instancer = backend.instancer;
  const shown: number[] = [];
  const gone: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const address = `10.0.0.1:${8000 + round}`;
    await using registrar = backend.registrar(address);
    const seen = until(instancer, address, true);
    shown.push(await timed(() => Promise.all([registrar.register(), seen])));
    const left = until(instancer, address, false);
    gone.push(await timed(() => Promise.all([registrar.deregister(), left])));
  }
  console.log(
    `| ${name} | registered → seen | ${quantile(shown, 0.5)} | ${quantile(shown, 0.99)} |`,
  );
  console.log(
    `| ${name} | deregistered → seen | ${quantile(gone, 0.5)} | ${quantile(gone, 0.99)} |`,
  );
}
