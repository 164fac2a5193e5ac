import { createConsulInstancer, createConsulRegistrar } from '@fairlead/consul';
import { createEtcdInstancer, createEtcdRegistrar } from '@fairlead/etcd';
import {
  createDirectoryRegistry,
  type InstanceInit,
  type Instancer,
  type Registrar,
} from '@fairlead/sd';
import type { RegistryKind } from './options.ts';

/** Where the registry of a run is: a URL, or the path of a directory. */
export interface RegistryPlace {
  readonly kind: RegistryKind;
  readonly at: string;
}

interface Binding {
  instancer(at: string): Instancer;
  registrar(at: string, instance: InstanceInit): Registrar;
}

const service = 'addsvc';
/** How long one that was killed stays listed: short, so that a run of some seconds sees it go. */
const ttlMs = 3000;

const bindings: Readonly<Record<RegistryKind, Binding>> = {
  memory: {
    instancer: (at) => createDirectoryRegistry(at, { ttlMs }).instancer(service),
    registrar: (at, instance) =>
      createDirectoryRegistry(at, { ttlMs }).registrar(service, instance),
  },
  consul: {
    instancer: (url) => createConsulInstancer({ url, service }),
    registrar: (url, instance) =>
      createConsulRegistrar({ url, service, instance, check: { kind: 'ttl', ttlMs } }),
  },
  etcd: {
    instancer: (url) => createEtcdInstancer({ endpoints: [url], service }),
    registrar: (url, instance) =>
      createEtcdRegistrar({ endpoints: [url], service, instance, ttlMs }),
  },
};

/** Who serves, as the registry says. */
export function instancerOf({ kind, at }: RegistryPlace): Instancer {
  return bindings[kind].instancer(at);
}

/** Keeps an instance in the registry. */
export function registrarOf({ kind, at }: RegistryPlace, instance: InstanceInit): Registrar {
  return bindings[kind].registrar(at, instance);
}
