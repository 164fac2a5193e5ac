import { createInstancer, type Instancer, type InstancerOptions } from '@fairlead/sd';
import { type DnsLookup, dnsSource } from './source.ts';

/** What is looked up in DNS, and how its instancer behaves. */
export type DnsInstancerOptions = DnsLookup & InstancerOptions;

/**
 * Follows the instances of a service in DNS. No I/O before somebody subscribes or waits.
 *
 * ```ts
 * await using instancer = createDnsInstancer({ srv: '_add._tcp.example.com' });
 * await using other = createDnsInstancer({ host: 'add.default.svc.cluster.local', port: 8080 });
 * ```
 */
export function createDnsInstancer(options: DnsInstancerOptions): Instancer {
  return createInstancer(dnsSource(options), options);
}
