// For those who call services.

export { type AcceptedAddresses, addressesIn } from './accepted-addresses.ts';
export { type Backoff, type FullJitterOptions, fullJitter } from './backoff.ts';
export { createEndpointer, type EndpointerOptions } from './create-endpointer.ts';
export type { InstancerOptions } from './create-instancer.ts';
export type { RegistrarOptions } from './create-registrar.ts';
export {
  createDirectoryRegistry,
  type DirectoryRegistryOptions,
} from './directory/registry.ts';
export type { Discovery, DiscoveryListener, InstanceChange, Instancer } from './discovery.ts';
export type { EndpointEntry, Endpointer, Endpoints, Factory, Owned } from './endpointer.ts';
export { type Instance, type InstanceInit, instance } from './instance.ts';
export { createMemoryRegistry, type Registry } from './memory-registry.ts';
export type { PersistenceOptions } from './persist.ts';
export type { Registrar, RegistrarState } from './registrar.ts';
export type { ErrorListener } from './report.ts';
export { staticInstancer } from './static-instancer.ts';

// For those who write bindings.

export { type HostPort, hostPort, splitAddress } from './address.ts';
export { pause } from './backoff.ts';
export { createInstancer } from './create-instancer.ts';
export { createRegistrar } from './create-registrar.ts';
export type { Found, InstanceSource } from './instance-source.ts';
export type { Registration } from './registrar.ts';
export {
  createRegistryHttp,
  type RegistryAnswer,
  type RegistryHttp,
  type RegistryHttpOptions,
  type RegistryRequest,
  type RegistryStream,
  type RegistryTls,
} from './registry-http.ts';
