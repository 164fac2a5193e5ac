import type { Context } from './context.ts';

/**
 * One operation of a service: a request in, a promise of a response out. The client side and the
 * server side of an operation have this same type, so whatever decorates one decorates the other.
 *
 * The request comes first, so a plain async function **is** an endpoint:
 *
 * ```ts
 * const sum = async ({ a, b }: { a: number; b: number }) => ({ v: a + b });
 * ```
 *
 * - An endpoint fails by rejecting, never by throwing: {@link lift} turns a function that may throw
 *   synchronously into one that keeps this rule.
 * - It should stop early when `ctx` is aborted; nobody waits for it after that.
 * - It may be called many times at once and must not keep `ctx` after it has settled.
 * - A stream is an `AsyncIterable` in the place of the request, the response, or both.
 */
export type Endpoint<in Req, out Res> = (request: Req, ctx: Context) => Promise<Res>;

/**
 * Decorates an endpoint and keeps its shape, so one middleware serves every operation: logging,
 * timeouts, metrics, retries. It runs once, at composition; what it returns runs at each call.
 *
 * ```ts
 * const logged: Middleware = (next) => (request, ctx) =>
 *   next(request, ctx).finally(() => console.log(ctx.get(operation)?.method));
 * ```
 *
 * On a hot path hand back `next(request, ctx)` itself where nothing follows the call: a layer that
 * awaits costs a promise, one that passes through costs a function call.
 */
export interface Middleware {
  <Req, Res>(next: Endpoint<Req, Res>): Endpoint<Req, Res>;
}

/**
 * Decorates an endpoint and changes its shape: a codec, a validation, an authentication that adds
 * the principal to the request. A {@link Middleware} is the case in which nothing changes.
 */
export type Filter<Req, Res, NextReq, NextRes> = (
  next: Endpoint<NextReq, NextRes>,
) => Endpoint<Req, Res>;

/** The endpoint that ignores its request and answers `undefined`: a stand-in for tests and wiring. */
export const nop: Endpoint<unknown, undefined> = () => Promise.resolve(undefined);
