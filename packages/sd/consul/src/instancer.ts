import { createInstancer, type Instancer, type InstancerOptions } from '@fairlead/sd';
import { type ConsulLookup, consulSource } from './source.ts';

/** What is looked up in Consul, and how its instancer behaves. */
export interface ConsulInstancerOptions extends ConsulLookup, InstancerOptions {
  readonly random?: ConsulLookup['random'];
}

/**
 * Follows the instances of a service in Consul. No I/O before somebody subscribes or waits.
 *
 * ```ts
 * await using instancer = createConsulInstancer({ service: 'addsvc', tags: ['grpc'] });
 * const instances = await instancer.ready(ctx);
 * ```
 */
export function createConsulInstancer(options: ConsulInstancerOptions): Instancer {
  return createInstancer(consulSource(options), options);
}
