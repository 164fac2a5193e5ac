import { operation } from '@fairlead/endpoint';
import { type RouteMethod, type RouteNode, type RoutePath, route } from '../src/index.ts';

/** A route that answers with the name and the service of its operation. */
export function echoOf(method: RouteMethod, path: RoutePath): RouteNode {
  return route(
    method,
    path,
    async (_request: undefined, ctx) => {
      const { method: name, service } = ctx.get(operation) ?? {};
      return { name, service };
    },
    { decode: () => undefined },
  );
}
