/** The path of a request's target, without the query. */
export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/** The query of a request's target. */
export function queryOf(target: string): URLSearchParams {
  const start = target.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : target.slice(start));
}

/** A whole URL as a request target, as proxies are sent it: RFC 9112 §3.2.2. */
const absoluteForm = /^https?:\/\/([^/?#]*)(.*)$/i;

/** A request target that is a whole URL, in its two parts. */
export interface AbsoluteTarget {
  /** The host, perhaps with a port, as it came. */
  readonly authority: string;
  /** Path and query, from `/` on. */
  readonly origin: string;
}

/** The parts of a whole URL; undefined for any other target. */
export function absoluteTarget(target: string): AbsoluteTarget | undefined {
  const [, authority, rest = ''] = absoluteForm.exec(target) ?? [];
  if (authority === undefined) return undefined;
  return { authority, origin: rest.startsWith('/') ? rest : `/${rest}` };
}

/** The path and query of a target: those of a whole URL, any other target as it came. */
export function originForm(target: string): string {
  return target.startsWith('/') ? target : (absoluteTarget(target)?.origin ?? target);
}
