import findMyWay from 'find-my-way';
import type { HttpServerCall } from '../call.ts';
import type { HttpRequest } from '../request.ts';
import type { HttpService } from '../service.ts';
import { acceptMethods } from './methods.ts';
import { parsePath } from './path-pattern.ts';

/** One route with its whole path. */
export interface RouteEntry {
  /** An HTTP method in capitals, or `*` for all of them. */
  readonly method: string;
  readonly path: string;
  readonly service: HttpService<HttpServerCall>;
}

/** The route of a request. */
interface FoundRoute {
  readonly service: HttpService<HttpServerCall>;
  /** Decoded; it inherits no member. */
  readonly params: HttpRequest['params'];
}

/** Routes, ready to be searched. Nothing here throws for a path, whatever it is. */
export interface RouteTable {
  /** The methods that some route names. */
  readonly methods: ReadonlySet<string>;
  find(method: string, path: string): FoundRoute | undefined;
  /** The methods that this path has; empty where no route knows it. */
  methodsOf(path: string): ReadonlySet<string>;
}

/** What the tree keeps of a route. */
interface Leaf {
  readonly service: HttpService<HttpServerCall>;
  readonly names: readonly string[];
}

type Tree = (path: string) => FoundRoute | undefined;

/**
 * Puts routes into radix trees, one for each method, so that a lookup costs what the path is long,
 * not how many routes there are. Throws for a malformed path, and for two routes that are the same.
 *
 * `HEAD` is served by the routes of `GET`, and every method by those of `*`, unless there is one of
 * its own with this path. Among the routes of a method plain text goes before a parameter, and a
 * parameter before `*`, whatever the order in which they are listed.
 */
export function routeTable(entries: readonly RouteEntry[], maxParamLength: number): RouteTable {
  const byMethod = new Map<string, RouteEntry[]>();
  for (const entry of entries) {
    const listed = byMethod.get(entry.method);
    if (listed === undefined) byMethod.set(entry.method, [entry]);
    else listed.push(entry);
  }
  acceptMethods(['GET', ...byMethod.keys()].filter((method) => method !== '*'));
  const trees = new Map<string, Tree>();
  for (const method of byMethod.keys()) {
    const sources = new Set([method, ...(method === 'HEAD' ? ['GET'] : []), '*']);
    const listed = [...sources].map((source) => byMethod.get(source) ?? []);
    trees.set(method, plant(listed.flat(), maxParamLength));
  }
  const anyMethod = trees.get('*');
  trees.delete('*');
  const get = trees.get('GET');
  if (get !== undefined && !trees.has('HEAD')) trees.set('HEAD', get);
  const methods = new Set(trees.keys());

  return {
    methods,
    find: (method, path) => (trees.get(method) ?? anyMethod)?.(path),
    methodsOf: (path) =>
      new Set([...trees].filter(([, find]) => find(path) !== undefined).map(([method]) => method)),
  };
}

/** One tree. An entry yields to one before it that has the same path but another method. */
function plant(entries: readonly RouteEntry[], maxParamLength: number): Tree {
  const router = findMyWay({ maxParamLength });
  const taken = new Map<string, RouteEntry>();
  for (const entry of entries) {
    const { variants, names } = parsePath(entry.path);
    for (const variant of variants) {
      const shape = variant.replace(/:\w+/g, ':');
      const first = taken.get(shape);
      if (first !== undefined && first.method === entry.method) throw sameRoute(first, entry);
      if (first !== undefined) continue;
      taken.set(shape, entry);
      const leaf: Leaf = { service: entry.service, names };
      // Each tree is the tree of one method already: the router's own methods stay out of it.
      router.on('GET', variant, ignore, leaf);
    }
  }

  return function find(path) {
    const found = router.find('GET', path);
    if (found === null) return undefined;
    const { service, names }: Leaf = found.store;
    // Sound: a parameter that a path lacks has no key.
    const params = found.params as HttpRequest['params'];
    // The router takes an empty segment for a parameter, which nobody means by `/profiles/:id`.
    for (const name of names) if (params[name] === '') return undefined;
    return { service, params };
  };
}

function ignore(): void {}

function sameRoute(first: RouteEntry, second: RouteEntry): TypeError {
  const [one, other] = [first, second].map(({ method, path }) => `${method} ${path}`);
  const both = one === other ? `there are two routes ${one}` : `${one} and ${other} are one route`;
  return new TypeError(`${both}: leave one out, or give it another path or method`);
}
