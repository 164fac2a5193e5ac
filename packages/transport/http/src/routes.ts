import { checkNumber, nop, ServiceError } from '@fairlead/endpoint';
import { allowReply, methodRefused } from './methods.ts';
import type { RouteNode } from './route.ts';
import type { RouteDefaults } from './route-defaults.ts';
import { routeTable } from './route-table.ts';
import { type HttpHandler, httpService } from './server.ts';
import { httpStatus } from './status.ts';
import { originForm } from './target.ts';

/** What all routes have in common, and the router's own limit. */
export interface RoutesOptions extends RouteDefaults {
  /** The longest that a path parameter may be, decoded, in characters; a longer one matches no route. Default 100. */
  readonly maxParamLength?: number | undefined;
}

/**
 * One handler for many routes, which does what `httpHandler` does for each: for `node:http`, for
 * `createHttpServer`, or mounted in Express, also below a prefix.
 *
 * ```ts
 * const handler = routes([
 *   route('POST', '/sum', sum, { decode: jsonBody(SumRequest) }),
 *   group('/v1', [authenticate], [
 *     route('GET', '/profiles/:id', profile, { decode: ({ params }) => params.id }),
 *   ]),
 * ]);
 * ```
 *
 * - Paths are told apart by case and by a slash at the end. Plain text goes before `:name`, that before
 *   `*`, whatever the order of the list. Malformed and equal routes throw a `TypeError` here.
 * - An unknown path gets 404, a known one with another method 405 with `Allow`, one whose
 *   percent-encoding is malformed 400. No `before` hook runs for these; `encodeError`, `onError` and
 *   `finalize` do, of the options given here, and the operation is named by the HTTP method.
 * - `HEAD` is served by `GET`; `OPTIONS` is answered with `Allow`, without a hook, where no route takes it.
 */
export function routes(nodes: readonly RouteNode[], options: RoutesOptions = {}): HttpHandler {
  const { maxParamLength = 100, ...defaults } = options;
  checkNumber('maxParamLength', maxParamLength, { min: 1, integer: true });
  const scope = { prefix: '', middlewares: [], defaults };
  const table = routeTable(
    nodes.flatMap((node) => node.entries(scope)),
    maxParamLength,
  );
  const refuse = httpService(nop, { ...defaults, encode: undefined, decode: () => undefined });

  return function handler(request, response) {
    const { method = '', url = '' } = request;
    const path = pathOf(originForm(url));
    const found = isPath(path) ? table.find(method, path) : undefined;
    if (found !== undefined) return found.serve(request, response, found.params);
    if (method === 'OPTIONS' && path === '*') return allowReply(response, table.methods);
    if (!isWellFormed(path)) return refuse(request, response, undefined, malformed());
    const methods = table.methodsOf(path);
    if (methods.size === 0) return refuse(request, response, undefined, unknownRoute());
    if (method === 'OPTIONS') return allowReply(response, methods);
    refuse(request, response, undefined, methodRefused(method, methods));
  };
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** Whether a path is one: Node's parser also lets `*`, other URLs and a fragment through. */
function isPath(path: string): boolean {
  return path.startsWith('/') && !path.includes('#');
}

function isWellFormed(path: string): boolean {
  if (!isPath(path)) return false;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function malformed(): ServiceError {
  return new ServiceError(
    'invalid_argument',
    "the path is malformed: percent-encode it as UTF-8, and send neither '#' nor what does not start with '/'",
  );
}

function unknownRoute(): ServiceError {
  const error = new ServiceError('unimplemented', 'no route has this path');
  return Object.assign(error, { [httpStatus]: 404 });
}
