import { BlockList, isIP } from 'node:net';
import { checkNumber } from '@fairlead/endpoint';
import { splitAddress } from './address.ts';
import type { Instance } from './instance.ts';

/** Where instances may be. */
export interface AcceptedAddresses {
  /** Networks, `10.0.0.0/8` or `fd00::/8`. Default: any, unless {@link names} are given. */
  readonly cidrs?: readonly string[] | undefined;
  /** Host names, each of them or with `*.` all below it. Default: any, unless {@link cidrs} are given. */
  readonly names?: readonly string[] | undefined;
  /** Ports, each of them or from the first to the last. Default: any. */
  readonly ports?: readonly (number | readonly [first: number, last: number])[] | undefined;
}

/**
 * Makes an `accept` for instancers, against a registry that somebody writes to who should not: without
 * it one entry, `169.254.169.254:80`, has a service call what only it can reach.
 *
 * ```ts
 * const accept = addressesIn({ cidrs: ['10.0.0.0/8'], ports: [[8000, 8999]] });
 * ```
 */
export function addressesIn(accepted: AcceptedAddresses): (instance: Instance) => boolean {
  const { cidrs, names, ports } = accepted;
  const networks = new BlockList();
  for (const cidr of cidrs ?? []) addNetwork(networks, cidr);
  const ranges = ports?.map((port) => rangeOf(port));
  const isAnyHost = cidrs === undefined && names === undefined;

  return ({ address }) => {
    const { host, port } = splitAddress(address);
    const isPort = ranges?.some(([first, last]) => port >= first && port <= last) ?? true;
    if (!isPort || isAnyHost) return isPort;
    const [ip = ''] = host.split('%');
    const family = isIP(ip);
    if (family !== 0) return networks.check(ip, family === 4 ? 'ipv4' : 'ipv6');
    return names?.some((name) => matches(name.toLowerCase(), host)) ?? false;
  };
}

function addNetwork(networks: BlockList, cidr: string): void {
  const [ip = '', bits = '', ...rest] = cidr.split('/');
  const family = isIP(ip);
  const isPrefix = /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  if (family === 0 || !isPrefix || rest.length > 0) {
    throw new TypeError(`${JSON.stringify(cidr)} is not a network: write 10.0.0.0/8 or fd00::/8`);
  }
  networks.addSubnet(ip, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
}

function rangeOf(port: number | readonly [number, number]): readonly [number, number] {
  const [first, last] = typeof port === 'number' ? [port, port] : port;
  const range = { min: 1, max: 65_535, integer: true };
  checkNumber('ports', first, range);
  checkNumber('ports', last, { ...range, min: first });
  return [first, last];
}

function matches(name: string, host: string): boolean {
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
}
