import { checkNumber, nop, ServiceError } from '@fairlead/endpoint';
import type { HttpServerCall } from '../call.ts';
import { type FetchHandler, fetchHost } from '../fetch/handler.ts';
import { type HttpHandler, nodeHandler } from '../server.ts';
import { httpService } from '../service.ts';
import { httpStatus } from '../status.ts';
import { originForm, pathOf } from '../target.ts';
import type { RouteDefaults } from './defaults.ts';
import { allowReply, methodRefused } from './methods.ts';
import type { RouteNode } from './route.ts';
import type { Router } from './router.ts';
import { routeTable } from './table.ts';

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
  return nodeHandler(routeRouter(nodes, options));
}

/**
 * The same for hosts of the fetch standard, a {@link FetchHandler} of the same routes. A `Request` has
 * its path resolved already, `.` and `..` and all. It makes functions of text, so it does not run where
 * that is forbidden, as on Cloudflare Workers: bring the host's own router there.
 *
 * ```ts
 * Deno.serve(fetchRoutes([route('POST', '/sum', sum, { decode: jsonBody(SumRequest) })]));
 * ```
 */
export function fetchRoutes(
  nodes: readonly RouteNode[],
  options: RoutesOptions = {},
): FetchHandler {
  return fetchHost(routeRouter(nodes, options));
}

function routeRouter(nodes: readonly RouteNode[], options: RoutesOptions): Router<HttpServerCall> {
  const { maxParamLength = 100, ...defaults } = options;
  checkNumber('maxParamLength', maxParamLength, { min: 1, integer: true });
  const scope = { prefix: '', middlewares: [], defaults };
  const table = routeTable(
    nodes.flatMap((node) => node.entries(scope)),
    maxParamLength,
  );
  /** Answers what no route takes. */
  const service = httpService(nop, { ...defaults, encode: undefined, decode: () => undefined });

  return function find(method, target) {
    const path = pathOf(originForm(target));
    const found = isPath(path) ? table.find(method, path) : undefined;
    if (found !== undefined) return found;
    if (method === 'OPTIONS' && path === '*') return { reply: allowReply(table.methods) };
    if (!isWellFormed(path)) return { service, refusal: malformed() };
    const methods = table.methodsOf(path);
    if (methods.size === 0) return { service, refusal: unknownRoute() };
    if (method === 'OPTIONS') return { reply: allowReply(methods) };
    return { service, refusal: methodRefused(method, methods) };
  };
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
