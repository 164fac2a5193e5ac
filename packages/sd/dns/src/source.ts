import type { InstanceSource } from '@fairlead/sd';
import { type DnsHostLookup, hostSource } from './host.ts';
import { type DnsSrvLookup, srvSource } from './srv.ts';

/** What is looked up in DNS: SRV records, or the addresses of a host. */
export type DnsLookup = DnsSrvLookup | DnsHostLookup;

/**
 * The instances that DNS lists, for `createInstancer`; {@link createDnsInstancer} is the shorter way.
 * A name without records, a failed, an empty and a truncated answer are errors, and the last set stays.
 */
export function dnsSource(lookup: DnsLookup): InstanceSource {
  return lookup.srv === undefined ? hostSource(lookup) : srvSource(lookup);
}
