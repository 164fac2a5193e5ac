import { type Context, type Endpoint, settle } from '@fairlead/endpoint';
import type { MiddlewareFor, Turn, Waiter } from './limiter.ts';

/**
 * Holds a call back until the limit lets it go, in the order in which the calls came. One that would
 * have to wait beyond its deadline fails at once with `resource_exhausted`, and has taken nothing; one
 * that ends while it waits gives its place to those behind it.
 *
 * ```ts
 * const paced = delaying(tokenBucket({ perSecond: 10, burst: 1 }))(send);
 * ```
 *
 * For clients that keep to somebody else's limit, and for jobs. In a server the callers wait, and so
 * does what they hold: prefer {@link erroring} there.
 */
export function delaying<Req = unknown>(limiter: Waiter<Req>): MiddlewareFor<Req> {
  return <R extends Req, Res>(next: Endpoint<R, Res>): Endpoint<R, Res> => {
    function go(turn: Turn, request: R, ctx: Context): Promise<Res> {
      if (turn === undefined) return next(request, ctx);
      return settle(next(request, ctx), turn, ctx);
    }
    return function delayed(request, ctx) {
      let turn: Turn | Promise<Turn>;
      try {
        turn = limiter.wait(request, ctx);
      } catch (error) {
        // A key or a cost that the user's function could not tell.
        return Promise.reject(error);
      }
      if (!(turn instanceof Promise)) return go(turn, request, ctx);
      return turn.then((ready) => go(ready, request, ctx));
    };
  };
}
