import { isIPv4, isIPv6 } from 'node:net';

/** The two parts of an address; an IPv6 host without its brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/**
 * Joins a host and a port as an address has them: IPv6 gets its brackets. For bindings whose registry
 * keeps the two apart.
 */
export function hostPort(host: string, port: number): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Takes the address of an {@link Instance} apart, for those who connect to it. */
export function splitAddress(address: string): HostPort {
  return readAddress(address);
}

const maxAddressLength = 300;

/** Reads `host:port` and brings the host into its normal form; throws an Error that says what is wrong. */
export function readAddress(address: string): HostPort {
  if (typeof address !== 'string') throw new Error('the address must be a text host:port');
  if (address.length > maxAddressLength) throw new Error('the address is too long');
  const colon = address.lastIndexOf(':');
  if (colon < 0) throw new Error('the address has no port: write host:port');
  return { host: readHost(address.slice(0, colon)), port: readPort(address.slice(colon + 1)) };
}

function readPort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Error(`the port must be from 1 to 65535, but is ${JSON.stringify(text)}`);
}

function readHost(text: string): string {
  const bracketed = /^\[(.*)\]$/s.exec(text)?.[1];
  if (bracketed !== undefined) return readIPv6(bracketed);
  if (text.includes(':')) throw new Error('an IPv6 address must stand in brackets: [::1]:8080');
  if (isIPv4(text)) return reachable(text);
  return readName(text);
}

/** The form that the WHATWG URL standard gives an IPv6 address; one that maps IPv4 becomes IPv4. */
function readIPv6(text: string): string {
  if (!isIPv6(text)) throw new Error(`${JSON.stringify(text)} is not an IPv6 address`);
  const [ip = '', ...zone] = text.split('%');
  const compressed = new URL(`http://[${ip}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compressed);
  if (mapped !== null) return reachable(dotted(mapped[1], mapped[2]));
  return reachable([compressed, ...zone].join('%'));
}

function dotted(high = '', low = ''): string {
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

/** An instance that listens on all interfaces must register one of them. */
function reachable(ip: string): string {
  if (ip !== '::' && ip !== '0.0.0.0') return ip;
  throw new Error(`${ip} is where one listens, not an address to call: register a real one`);
}

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

function readName(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, '');
  const labels = name.split('.');
  // The resolver of the system reads 127.1, 0x7f000001 and 2130706433 as IPv4: a name ends in no number.
  const numeric = /^([0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
  if (name.length <= 253 && !numeric && labels.every((part) => label.test(part))) return name;
  throw new Error(`${JSON.stringify(text)} is neither an IP address nor a host name`);
}
