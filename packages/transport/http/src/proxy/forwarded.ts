import type { IncomingMessage } from 'node:http';
import type { ProxyHeaders } from './end-to-end.ts';

/**
 * What becomes of `Forwarded` and `X-Forwarded-For`, `-Host`, `-Proto` that a request brings.
 *
 * - `replace` drops them and says who has called here: for a proxy that anybody can reach.
 * - `append` believes them and adds the own caller: behind a proxy that is trusted, alone.
 * - `keep` hands them on as they came and adds nothing.
 */
export type ForwardedPolicy = 'replace' | 'append' | 'keep';

const names = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-real-ip',
] as const;

/** Tells the next server who has called and how (RFC 7239, and the headers that were there before it). */
export function addForwarded(
  headers: ProxyHeaders,
  request: IncomingMessage,
  policy: ForwardedPolicy,
): void {
  if (policy === 'keep') return;
  if (policy === 'replace') for (const name of names) delete headers[name];
  const peer = plainAddress(request.socket.remoteAddress);
  const proto = 'encrypted' in request.socket ? 'https' : 'http';
  const host = request.headers.host;
  append(headers, 'x-forwarded-for', peer);
  append(headers, 'forwarded', element(peer, host, proto));
  headers['x-forwarded-proto'] ??= proto;
  if (host !== undefined) headers['x-forwarded-host'] ??= host;
}

function append(headers: ProxyHeaders, name: string, value: string): void {
  const before = headers[name];
  headers[name] = before === undefined ? value : `${[before].flat().join(', ')}, ${value}`;
}

/** An IPv4 address that came over IPv6 as the one that it is. */
function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? 'unknown';
}

function element(peer: string, host: string | undefined, proto: string): string {
  const node = peer.includes(':') ? `"[${peer}]"` : peer;
  const at = host === undefined ? '' : `;host="${host.replace(/["\\]/g, '\\$&')}"`;
  return `for=${node}${at};proto=${proto}`;
}
