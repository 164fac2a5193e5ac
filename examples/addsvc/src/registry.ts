// The registries that addsvc and addcli know, one flag each. Elsewhere nobody cares which one it is.
import { createConsulInstancer, createConsulRegistrar } from '@fairlead/consul';
import { background } from '@fairlead/endpoint';
import { createEtcdInstancer, createEtcdRegistrar } from '@fairlead/etcd';
import type { Logger } from '@fairlead/log';
import {
  createDirectoryRegistry,
  type InstanceInit,
  type Instancer,
  type Registrar,
  type RegistrarOptions,
} from '@fairlead/sd';
import { type Address, formatAddress, parseAddress } from './address.ts';
import { type BalancedAddClient, balancedAddClient } from './balanced.ts';

/** The name that Go kit's programs look addsvc up by; an instance is its gRPC address. */
const service = 'addsvc';
/** How long addcli waits for a registry. */
const readyMs = 5000;

/** What addsvc says of itself. */
type RegisteredInstance = Exclude<InstanceInit, string>;

interface Registry {
  registrar(instance: RegisteredInstance, options: RegistrarOptions): Registrar;
  instancer(): Instancer;
}

/** The registry that the text of each flag names. */
const registries: Readonly<Record<keyof typeof registryFlags, (place: string) => Registry>> = {
  'registry-dir': (path) => {
    const directory = createDirectoryRegistry(path);
    return {
      registrar: (instance, options) => directory.registrar(service, instance, options),
      instancer: () => directory.instancer(service),
    };
  },
  'consul-addr': (place) => {
    const url = `http://${formatAddress(parseAddress('--consul-addr', place))}`;
    return {
      registrar: (instance, options) =>
        createConsulRegistrar({ url, service, instance, ...options }),
      instancer: () => createConsulInstancer({ url, service }),
    };
  },
  'etcd-addr': (place) => {
    const endpoints = [formatAddress(parseAddress('--etcd-addr', place))];
    return {
      // The address alone: that is what Go kit's etcdv3 reads.
      registrar: ({ address: instance }, options) =>
        createEtcdRegistrar({ endpoints, service, instance, ...options }),
      instancer: () => createEtcdInstancer({ endpoints, service }),
    };
  },
};

/** For `parseArgs`. */
export const registryFlags = {
  'registry-dir': { type: 'string' },
  'consul-addr': { type: 'string' },
  'etcd-addr': { type: 'string' },
} as const;

/** The flags, parsed. */
export type RegistryFlags = { readonly [Flag in keyof typeof registryFlags]?: string | undefined };

/** The registry that the flags name, and where it is; undefined where they name none. */
function registryOf(flags: RegistryFlags): [registry: Registry, place: string] | undefined {
  // The keys of an object literal of ours.
  for (const flag of Object.keys(registryFlags) as (keyof typeof registryFlags)[]) {
    const place = flags[flag];
    if (place === '') throw new Error(`--${flag} must not be empty`);
    if (place !== undefined) return [registries[flag](place), place];
  }
  return undefined;
}

/** Whether the flags name a registry. */
export function isRegistered(flags: RegistryFlags): boolean {
  return registryOf(flags) !== undefined;
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
  log: Logger,
): Registrar | undefined {
  const named = registryOf(flags);
  if (named === undefined) return undefined;
  if (grpc.host === '::' || grpc.host === '0.0.0.0') {
    throw new Error('--grpc-addr must name a host that clients can call, to be registered');
  }
  const [registry] = named;
  const metadata = { http: formatAddress(http), jsonrpc: formatAddress(jsonrpc) };
  const onError = (error: Error): void => log.warn('the registry failed', { error });
  return registry.registrar({ address: formatAddress(grpc), metadata }, { onError });
}

/** A client of all instances of addsvc in the registry that the flags name; undefined where they name none. */
export async function discoverAddsvc(flags: RegistryFlags): Promise<BalancedAddClient | undefined> {
  const named = registryOf(flags);
  if (named === undefined) return undefined;
  const [registry, place] = named;
  const instancer = registry.instancer();
  try {
    using ctx = background.withTimeout(readyMs);
    const instances = await instancer.ready(ctx);
    if (instances.length === 0) throw new Error(`there is no instance of ${service} at ${place}`);
    return balancedAddClient(instancer);
  } catch (error) {
    await instancer.close();
    throw error;
  }
}
