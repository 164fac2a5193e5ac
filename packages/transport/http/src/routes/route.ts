import { type Context, chain, type Endpoint, type Middleware } from '@fairlead/endpoint';
import type { HttpRequest } from '../request.ts';
import { type HttpHandlerOptions, httpService } from '../service.ts';
import { inherit, type RouteDefaults } from './defaults.ts';
import type { PathParams } from './path-params.ts';
import type { RouteEntry } from './table.ts';

/** The method of a route; `*` is all of them. `GET` serves `HEAD` too, and `OPTIONS` is answered without a route. */
export type RouteMethod =
  | 'GET'
  | 'HEAD'
  | 'POST'
  | 'PUT'
  | 'PATCH'
  | 'DELETE'
  | 'OPTIONS'
  | 'TRACE'
  | '*';

/** A path as routes and groups have it; an empty one adds nothing to the prefix. */
export type RoutePath = `/${string}` | '';

/** A request as the decoder of a route sees it: its path parameters have the names of the path's text. */
export interface RouteRequest<Path extends string> extends Omit<HttpRequest, 'params'> {
  /** Decoded, and without a prototype. A named one is never empty; `*` may be. */
  readonly params: PathParams<Path>;
}

/** How a route exposes its endpoint: what `httpHandler` takes, but for `methods`, which the route has. */
export interface RouteOptions<Path extends string, Req, Res>
  extends Omit<HttpHandlerOptions<Req, Res>, 'decode' | 'methods'> {
  /** Makes the endpoint's request: `jsonBody(schema)`, or any function of the request. */
  readonly decode: (request: RouteRequest<Path>, ctx: Context) => Req | Promise<Req>;
  /** The operation's name. Default: the route, `GET /profiles/:id`; for `*` the path alone. */
  readonly name?: string | undefined;
}

/** A route or a group of routes, for {@link routes}. */
export interface RouteNode {
  /** For {@link routes}: the routes with all that is around them. */
  entries(scope: RouteScope): readonly RouteEntry[];
}

/** What is around a route. */
export interface RouteScope {
  readonly prefix: string;
  /** The outermost first. */
  readonly middlewares: readonly Middleware[];
  readonly defaults: RouteDefaults;
}

/** Makes what is inside a group, whose prefix it knows. */
export interface RouteBuilder<Prefix extends string> {
  /** See {@link route}. */
  route<const Path extends RoutePath, Req, Res>(
    method: RouteMethod,
    path: Path,
    endpoint: Endpoint<Req, Res>,
    options: RouteOptions<`${Prefix}${Path}`, Req, Res>,
  ): RouteNode;
  /** See {@link group}. */
  group<const Path extends RoutePath>(
    prefix: Path,
    middlewares: readonly Middleware[],
    routes: GroupRoutes<`${Prefix}${Path}`>,
    defaults?: RouteDefaults,
  ): RouteNode;
}

/** The routes of a group: a list, or a function that makes it, whose decoders see the prefix's parameters. */
export type GroupRoutes<Prefix extends string> =
  | readonly RouteNode[]
  | ((inside: RouteBuilder<Prefix>) => readonly RouteNode[]);

/**
 * An endpoint at a path. In the path `:name` stands for one segment that is not empty, `:name?` at the
 * end for one that may be missing, and `*` at the end for all that is left.
 *
 * ```ts
 * route('GET', '/profiles/:id', profile, { decode: ({ params }) => params.id })
 * ```
 */
export const route: RouteBuilder<''>['route'] = (method, path, endpoint, options) =>
  builder('').route(method, path, endpoint, options);

/**
 * Routes below a prefix, with middlewares around each of their endpoints; the first is the outermost,
 * and those of an outer group are outside those of an inner one.
 *
 * ```ts
 * group('/v1', [authenticate, timeout(500)], [route(…), group(…)], { maxBodyBytes: 4096 })
 * group('/tenants/:tenant', [], ({ route }) => [
 *   route('GET', '/users/:id', user, { decode: ({ params: { tenant, id } }) => ({ tenant, id }) }),
 * ])
 * ```
 */
export const group: RouteBuilder<''>['group'] = (prefix, middlewares, routes, defaults) =>
  builder('').group(prefix, middlewares, routes, defaults);

/** Makes nodes whose decoders count on the parameters of `within`, the end of the prefix around them. */
function builder<Prefix extends string>(within: Prefix): RouteBuilder<Prefix> {
  return {
    route: (method, path, endpoint, options) => ({
      entries(scope) {
        const whole = join(scope, within, path);
        const { name = method === '*' ? whole : `${method} ${whole}` } = options;
        const decode = decodeRouted(options.decode);
        const service = httpService(chain(...scope.middlewares)(endpoint), {
          ...inherit(scope.defaults, options),
          name,
          decode,
        });
        return [{ method, path: whole, service }];
      },
    }),
    group: (path, middlewares, routes, defaults = {}) => ({
      entries(scope) {
        const nodes = typeof routes === 'function' ? routes(builder(`${within}${path}`)) : routes;
        const inner: RouteScope = {
          prefix: join(scope, within, path),
          middlewares: [...scope.middlewares, ...middlewares],
          defaults: inherit(scope.defaults, defaults),
        };
        return nodes.flatMap((node) => node.entries(inner));
      },
    }),
  };
}

/** The whole path of a node. Throws where the node was made for another group, whose parameters it would miss. */
function join({ prefix }: RouteScope, within: string, path: string): string {
  if (path !== '' && !path.startsWith('/'))
    throw new TypeError(`the path ${JSON.stringify(path)} must start with '/'`);
  if (prefix.endsWith(within)) return prefix + path;
  throw new TypeError(
    `${path} was made inside the group ${within}, but stands in ${prefix || 'none'}: list it in its own group`,
  );
}

/** Seen as any request's decoder: the table hands a route the parameters of its own path, and `join` sees to the prefix's. */
function decodeRouted<Path extends string, Req>(
  decode: (request: RouteRequest<Path>, ctx: Context) => Req | Promise<Req>,
): HttpHandlerOptions<Req, unknown>['decode'] {
  return decode as unknown as HttpHandlerOptions<Req, unknown>['decode'];
}
