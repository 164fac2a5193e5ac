import type { Attributes } from '@opentelemetry/api';

/** The names of the attributes of one end. */
interface EndNames {
  readonly address: string;
  readonly port: string;
}

/** Adds the address of one end, as two attributes: `host:port`, `host`, or an IPv6 address, in brackets or bare. */
export function addAddress(
  attributes: Attributes,
  { address, port }: EndNames,
  peer: string | undefined,
): void {
  if (peer === undefined || peer === '') return;
  const colon = peer.lastIndexOf(':');
  const isBracketed = peer.startsWith('[');
  const hasPort = isBracketed ? peer[colon - 1] === ']' : colon >= 0 && colon === peer.indexOf(':');
  const host = hasPort ? peer.slice(0, colon) : peer;
  attributes[address] = isBracketed && host.endsWith(']') ? host.slice(1, -1) : host;
  if (!hasPort) return;
  const number = Number(peer.slice(colon + 1));
  if (Number.isInteger(number)) attributes[port] = number;
}
