import type { Endpoint, Filter, Middleware } from './endpoint.ts';
import { lift } from './lift.ts';

/**
 * Joins layers into one. **The first is the outermost**: a request passes them in the order in which
 * they are listed, its response in the reverse order.
 *
 * ```ts
 * const guarded = chain(logging, authenticate, timeout(500))(endpoint);
 * //                    outermost                innermost, next to the endpoint
 * ```
 *
 * - Of middlewares it makes a middleware, for any endpoint; with filters among them it makes a
 *   filter, and every layer must fit the next one's shape, which the compiler checks.
 * - It costs what its layers cost: nothing is added at a call, and `chain()` hands back the endpoint.
 * - The endpoint is lifted (see {@link lift}), so no layer meets a synchronous throw of it.
 */
export function chain(...middlewares: readonly Middleware[]): Middleware;
export function chain<const Layers extends readonly Layer[]>(...layers: Layers): Chained<Layers>;
export function chain<Req, Res>(...layers: readonly Same<Req, Res>[]): Same<Req, Res> {
  return function chained(endpoint) {
    return layers.reduceRight((next, layer) => layer(next), lift(endpoint));
  };
}

/** Any middleware or filter. */
export type Layer = (next: never) => Endpoint<never, unknown>;

/** What {@link chain} makes of its layers: the outermost shape on the outside, the innermost inside. */
export type Chained<Layers extends readonly unknown[]> = Layers extends readonly [
  infer First,
  ...infer Rest,
]
  ? First extends Middleware
    ? Chained<Rest>
    : First extends Filter<infer Req, infer Res, infer NextReq, infer NextRes>
      ? Around<Req, Res, NextReq, NextRes, Chained<Rest>>
      : never
  : Middleware;

/** A filter around whatever the layers below it make. */
type Around<Req, Res, NextReq, NextRes, Inner> = Inner extends Middleware
  ? Filter<Req, Res, NextReq, NextRes>
  : Inner extends Filter<infer InnerReq, infer InnerRes, infer LastReq, infer LastRes>
    ? [NextReq, InnerRes] extends [InnerReq, NextRes]
      ? Filter<Req, Res, LastReq, LastRes>
      : LayersDoNotMeet<Endpoint<NextReq, NextRes>, Endpoint<InnerReq, InnerRes>>
    : Inner;

/** What the compiler shows in place of a chain in which a layer calls another shape than the next one has. */
export interface LayersDoNotMeet<Called, Next> {
  readonly called: Called;
  readonly next: Next;
}

type Same<Req, Res> = Filter<Req, Res, Req, Res>;
