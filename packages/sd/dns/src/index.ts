export type { DnsHostLookup } from './host.ts';
export { createDnsInstancer, type DnsInstancerOptions } from './instancer.ts';
export type { DnsServers } from './resolver.ts';
export { type DnsLookup, dnsSource } from './source.ts';
export type { DnsSrvLookup } from './srv.ts';
