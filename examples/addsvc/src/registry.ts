// The registries that addsvc and addcli know, one flag each. Elsewhere nobody cares which one it is.
import { createConsulInstancer, createConsulRegistrar } from '@fairlead/consul';
import { background } from '@fairlead/endpoint';
import { createEtcdInstancer, createEtcdRegistrar } from '@fairlead/etcd';
import type { Instance, InstanceInit, Instancer, Registrar, RegistrarOptions } from '@fairlead/sd';
import { type Address, formatAddress, parseAddress } from './address.ts';

/** The name that Go kit's programs look addsvc up by; an instance is its gRPC address. */
const service = 'addsvc';
/** How long addcli waits for a registry. */
const readyMs = 5000;

/** What addsvc says of itself. */
type RegisteredInstance = Exclude<InstanceInit, string>;

interface Registry {
  registrar(address: string, instance: RegisteredInstance, options: RegistrarOptions): Registrar;
  instancer(address: string): Instancer;
}

const registries: Readonly<Record<keyof typeof registryFlags, Registry>> = {
  'consul-addr': {
    registrar: (address, instance, options) =>
      createConsulRegistrar({ url: `http://${address}`, service, instance, ...options }),
    instancer: (address) => createConsulInstancer({ url: `http://${address}`, service }),
  },
  'etcd-addr': {
    // The address alone: that is what Go kit's etcdv3 reads.
    registrar: (address, { address: instance }, options) =>
      createEtcdRegistrar({ endpoints: [address], service, instance, ...options }),
    instancer: (address) => createEtcdInstancer({ endpoints: [address], service }),
  },
};

/** For `parseArgs`. */
export const registryFlags = {
  'consul-addr': { type: 'string' },
  'etcd-addr': { type: 'string' },
} as const;

/** The flags, parsed. */
export type RegistryFlags = { readonly [Flag in keyof typeof registryFlags]?: string | undefined };

/** The registry that the flags name, and where it is; undefined where they name none. */
function registryOf(flags: RegistryFlags): [registry: Registry, address: string] | undefined {
  // The keys of an object literal of ours.
  for (const flag of Object.keys(registryFlags) as (keyof typeof registryFlags)[]) {
    const text = flags[flag];
    if (text === undefined) continue;
    return [registries[flag], formatAddress(parseAddress(`--${flag}`, text))];
  }
  return undefined;
}

/** Where a server listens, as far as it is registered. */
interface Listening {
  readonly http: Address;
  readonly grpc: Address;
  readonly jsonrpc: Address;
}

/** The registrar of a server in the registry that the flags name. */
export function addsvcRegistrar(
  flags: RegistryFlags,
  { http, grpc, jsonrpc }: Listening,
  log: (line: string) => void,
): Registrar | undefined {
  const named = registryOf(flags);
  if (named === undefined) return undefined;
  if (grpc.host === '::' || grpc.host === '0.0.0.0') {
    throw new Error('--grpc-addr must name a host that clients can call, to be registered');
  }
  const [registry, address] = named;
  const metadata = { http: formatAddress(http), jsonrpc: formatAddress(jsonrpc) };
  const onError = ({ message }: Error): void =>
    log(`registry=failed err=${JSON.stringify(message)}`);
  return registry.registrar(address, { address: formatAddress(grpc), metadata }, { onError });
}

/** Any one instance of addsvc in the registry that the flags name. */
export async function discoverAddsvc(flags: RegistryFlags): Promise<Instance | undefined> {
  const named = registryOf(flags);
  if (named === undefined) return undefined;
  const [registry, address] = named;
  await using instancer = registry.instancer(address);
  using ctx = background.withTimeout(readyMs);
  const instances = await instancer.ready(ctx);
  const chosen = instances[Math.floor(Math.random() * instances.length)];
  if (chosen === undefined) throw new Error(`there is no instance of ${service} at ${address}`);
  return chosen;
}
