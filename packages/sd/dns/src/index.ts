export { type DnsHostOptions, dnsHost } from './host.ts';
export type { DnsOptions } from './resolver.ts';
export { type DnsSrvOptions, dnsSrv } from './srv.ts';
