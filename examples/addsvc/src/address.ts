/** Where to listen, or whom to call. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`, `[ipv6]:port`, or, as Go programs take it, `:port` for every interface. */
export function parseAddress(flag: string, text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new Error(`${flag} must be host:port or :port, but is ${JSON.stringify(text)}`);
  }
  return { host: match[1] ?? (match[2] || '::'), port };
}

/** The text that {@link parseAddress} reads. */
export function formatAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
