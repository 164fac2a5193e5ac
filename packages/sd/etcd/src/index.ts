export type { EtcdAuth, EtcdCluster } from './cluster.ts';
export { createEtcdInstancer, type EtcdInstancerOptions } from './instancer.ts';
export { createEtcdRegistrar, type EtcdRegistrarOptions } from './registrar.ts';
export { type EtcdRegistration, etcdRegistration } from './registration.ts';
export { type EtcdLookup, etcdSource } from './source.ts';
