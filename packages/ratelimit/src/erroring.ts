import type { Context, Endpoint } from '@fairlead/endpoint';
import { limitExceeded } from './limit-exceeded.ts';
import type { Allower, Decision, MiddlewareFor } from './limiter.ts';

/**
 * Refuses a call that exceeds the limit, at once, with {@link limitExceeded}: 429 and `Retry-After`
 * over HTTP, `RESOURCE_EXHAUSTED` over gRPC.
 *
 * ```ts
 * const limited = erroring(tokenBucket({ perSecond: 100, burst: 20 }))(sum);
 * ```
 *
 * One limiter may stand before several endpoints, which share its permits then. A call that fails
 * has used its permits too; a stream uses those of its opening.
 */
export function erroring<Req = unknown>(limiter: Allower<Req>): MiddlewareFor<Req> {
  return <R extends Req, Res>(next: Endpoint<R, Res>): Endpoint<R, Res> => {
    function admit(decision: Decision, request: R, ctx: Context): Promise<Res> {
      if (decision.allowed) return next(request, ctx);
      return Promise.reject(limitExceeded(decision.retryAfterMs));
    }
    return function limited(request, ctx) {
      let decision: Decision | Promise<Decision>;
      try {
        decision = limiter.allow(request, ctx);
      } catch (error) {
        // A key or a cost that the user's function could not tell.
        return Promise.reject(error);
      }
      if (!(decision instanceof Promise)) return admit(decision, request, ctx);
      return decision.then((decided) => {
        ctx.throwIfAborted();
        return admit(decided, request, ctx);
      });
    };
  };
}
