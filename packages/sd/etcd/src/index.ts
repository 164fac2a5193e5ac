export type { EtcdAuth, EtcdOptions } from './cluster.ts';
export { type EtcdInstancesOptions, etcdInstances } from './instances.ts';
export { type EtcdRegistrationOptions, etcdRegistration } from './registration.ts';
