import type { Attributes } from '@opentelemetry/api';

/** What a name in front of a port may be: a host, an IPv4 address, or an IPv6 address in brackets. */
const hostAndPort = /^(\[[0-9a-f:.%]+\]|[^:[\]]*):(\d{1,5})$/i;

/** What gRPC puts in front of an address: `dns:///`, `ipv4:`. */
const resolverScheme = /^(?:dns|ipv4|ipv6|xds):(?:\/\/[^/]*\/)?/;

/** The names of the attributes of one end. */
interface EndNames {
  readonly address: string;
  readonly port: string;
}

/** Adds the address of one end, `host:port` or `host`, as two attributes. */
export function addAddress(
  attributes: Attributes,
  { address, port }: EndNames,
  peer: string | undefined,
): void {
  if (peer === undefined || peer === '') return;
  const target = peer.replace(resolverScheme, '');
  const match = hostAndPort.exec(target);
  attributes[address] = withoutBrackets(match?.[1] ?? target);
  if (match !== null) attributes[port] = Number(match[2]);
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
