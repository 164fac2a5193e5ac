import { createRegistrar, type Registrar, type RegistrarOptions } from '@fairlead/sd';
import { type EtcdRegistration, etcdRegistration } from './registration.ts';

/** What is registered in etcd, and how its registrar behaves. */
export interface EtcdRegistrarOptions extends EtcdRegistration, RegistrarOptions {
  readonly random?: EtcdRegistration['random'];
}

/**
 * Keeps one instance in etcd, under a lease. No I/O before `register`.
 *
 * ```ts
 * const endpoints = ['http://10.0.0.1:2379', 'http://10.0.0.2:2379', 'http://10.0.0.3:2379'];
 * const instance = '10.0.0.7:8080';
 * await using registrar = createEtcdRegistrar({ service: 'addsvc', instance, endpoints });
 * await registrar.register(ctx);
 * ```
 */
export function createEtcdRegistrar(options: EtcdRegistrarOptions): Registrar {
  return createRegistrar(etcdRegistration(options), options);
}
