import { ServiceError } from '@fairlead/endpoint';

/**
 * The path and the query that a request asks for. Its scheme and host, where the request line has
 * them, say nothing about where it goes: that is for the proxy's target alone.
 */
export function requestPath(requestTarget: string): string {
  const path = requestTarget.replace(/^https?:\/\/[^/?#]*/i, '');
  if (path.includes('#')) throw malformed("a request has no '#'");
  if (path.startsWith('/') || path === '*') return path;
  if (path === '' || path.startsWith('?')) return `/${path}`;
  throw malformed("it has to start with '/'");
}

/** The path that is sent: below the target's own, which it must not climb out of. */
export function targetPath(prefix: string, path: string): string {
  if (prefix === '') return path;
  if (path === '*') return `${prefix}/`;
  // Some servers decode before they resolve, and take either slash.
  if (/(?:^|[\\/]|%2f|%5c)(?:\.|%2e){2}(?:[\\/?;]|%2f|%5c|$)/i.test(path.split('?', 1)[0] ?? ''))
    throw malformed("it must not have a segment '..'");
  return prefix + path;
}

function malformed(reason: string): ServiceError {
  return new ServiceError('invalid_argument', `the path is malformed: ${reason}`);
}
