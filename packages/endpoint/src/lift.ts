import type { Context } from './context.ts';
import type { Endpoint } from './endpoint.ts';

/** A function that can be made an endpoint: it may answer at once, later, or throw. */
export type Handler<Req, Res> = (request: Req, ctx: Context) => Res | PromiseLike<Res>;

const AsyncFunction = (async () => {}).constructor;

/**
 * Makes an endpoint of any function: a plain value becomes a promise, and what it throws becomes a
 * rejection, so nothing above needs to care. {@link chain} and every server do this once, at
 * composition; an async function is handed back as it is.
 *
 * ```ts
 * const upper = lift(({ s }: { s: string }) => ({ v: s.toUpperCase() }));
 * ```
 */
export function lift<Req, Res>(handler: Handler<Req, Res>): Endpoint<Req, Res> {
  // Sound: an async function always returns a promise and never throws.
  if (handler instanceof AsyncFunction) return handler as Endpoint<Req, Res>;
  return function lifted(request, ctx) {
    try {
      const response = handler(request, ctx);
      return response instanceof Promise ? response : Promise.resolve(response);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}
