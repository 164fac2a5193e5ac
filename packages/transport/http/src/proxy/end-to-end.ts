import type { IncomingHttpHeaders } from 'node:http';

/** Headers of a message on its way through, by lower-case name. Hooks may change them. */
export type ProxyHeaders = Record<string, string | readonly string[]>;

/** What concerns one connection alone and says how a body is framed there (RFC 9110 §7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The headers that go on, as new ones: without those of this connection, with those that its
 * `Connection` names. How the body is framed on the next one is up to whoever sends it.
 */
export function endToEnd(headers: IncomingHttpHeaders): ProxyHeaders {
  const named = headers.connection === undefined ? none : namesIn(headers.connection);
  const kept: ProxyHeaders = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    // Over HTTP/2 method, scheme, authority and path stand among the headers.
    if (value === undefined || name.startsWith(':')) continue;
    if (!isOfHop(name) && !named.has(name)) kept[name] = value;
  }
  return kept;
}

/** Whether a header, by its lower-case name, concerns one connection alone. */
export function isOfHop(name: string): boolean {
  return hopByHop.has(name);
}

/** Trailers that go on: not what has to stand before the body, or says where it ends. */
export function endToEndTrailers(trailers: NodeJS.Dict<string>): [string, string][] {
  return Object.entries(trailers).filter(
    (pair): pair is [string, string] =>
      pair[1] !== undefined && !isOfHop(pair[0]) && !beforeTheBody.has(pair[0]),
  );
}

/** What decides about a message before its body is read (RFC 9110 §6.5.1). */
const beforeTheBody: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-range',
  'content-type',
  'cookie',
  'host',
  'set-cookie',
]);

const none: ReadonlySet<string> = new Set();

function namesIn(connection: string): ReadonlySet<string> {
  return new Set(connection.toLowerCase().split(/[\s,]+/));
}
