import { isIPv4, isIPv6 } from 'node:net';
import { type Context, operation } from '@fairlead/endpoint';

/**
 * The address of the other end, without its port, as a key for {@link keyed}; undefined where the
 * transport has none. IPv6 addresses count by their first 64 bits, which is what one customer is given
 * at least.
 *
 * ```ts
 * const perAddress = keyed({ key: peerAddress, make: () => tokenBucket({ perSecond: 50 }) });
 * ```
 *
 * Behind a proxy this is the proxy: take what the proxy says then (`x-forwarded-for`, its last entry),
 * and only where every call comes through it.
 */
export function peerAddress(_request: unknown, ctx: Context): string | undefined {
  const peer = ctx.get(operation)?.peer;
  if (peer === undefined) return undefined;
  const host = hostOf(peer);
  if (!isIPv6(host)) return host;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1];
  return mapped ?? networkOf(host);
}

/** `host:port`, `[host]:port`, or a host alone, which for IPv6 has colons too. */
function hostOf(peer: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(peer)?.[1];
  if (bracketed !== undefined) return bracketed;
  if (isIPv6(peer) || isIPv4(peer)) return peer;
  return peer.replace(/:\d+$/, '');
}

/** The first four of the eight groups. */
function networkOf(address: string): string {
  const [bare = ''] = address.split('%', 1);
  const [head = '', tail] = bare.split('::', 2);
  const front = head === '' ? [] : head.split(':');
  // An address without `::` has them all; one with it has at most its head before the zeros, or ends in its tail.
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const lastGroups = back.length + (back.at(-1)?.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? 0 : 8 - front.length - lastGroups;
  const groups = [...front, ...Array<string>(Math.max(0, zeros)).fill('0'), ...back].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '').toLowerCase()).join(':')}::/64`;
}
