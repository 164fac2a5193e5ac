import { createInstancer, type Instancer, type InstancerOptions } from '@fairlead/sd';
import { type EtcdLookup, etcdSource } from './source.ts';

/** What is looked up in etcd, and how its instancer behaves. */
export interface EtcdInstancerOptions extends EtcdLookup, InstancerOptions {
  readonly random?: EtcdLookup['random'];
}

/**
 * Follows the instances of a service in etcd. No I/O before somebody subscribes or waits.
 *
 * ```ts
 * const endpoints = ['http://10.0.0.1:2379', 'http://10.0.0.2:2379', 'http://10.0.0.3:2379'];
 * await using instancer = createEtcdInstancer({ service: 'addsvc', endpoints });
 * const instances = await instancer.ready(ctx);
 * ```
 */
export function createEtcdInstancer(options: EtcdInstancerOptions): Instancer {
  return createInstancer(etcdSource(options), options);
}
