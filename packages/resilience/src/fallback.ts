import {
  type Endpoint,
  type Filter,
  isAsyncIterable,
  isServerFault,
  ServiceError,
} from '@fairlead/endpoint';
import { tell } from './tell.ts';

/** When a call is answered in another way. */
export interface FallbackOptions {
  /**
   * Whether this error is one to fall back on. Default: that the service could not answer, for which
   * the codes are `unavailable`, `deadline_exceeded`, `resource_exhausted`, `internal`, `unknown` and
   * `data_loss`; what the caller did wrong (`invalid_argument`, `not_found`, …) is passed on. Never
   * asked when the caller's own context has ended: nobody waits for an answer then.
   */
  readonly when?: ((error: ServiceError) => boolean) | undefined;
  /** Is told of each error that was fallen back on: count them, for nobody else sees them. */
  readonly onFallback?: ((error: ServiceError) => void) | undefined;
}

/** A middleware whose endpoints may also answer with something else. */
export interface ValueFallback<Value> {
  <Req, Res>(next: Endpoint<Req, Res>): Endpoint<Req, Res | Value>;
}

/**
 * Answers a call that fails in another way: with a value, or by another endpoint. For what is better
 * answered worse than not at all: an empty list of recommendations, a price of yesterday.
 *
 * ```ts
 * const related = fallback([])(remote);
 * const price = fallback(priceOfYesterday, { when: ({ code }) => code === 'unavailable' })(remote);
 * ```
 *
 * - An endpoint gets the request and the caller's context; what it fails with is what the call fails with.
 * - A function is taken for an endpoint, anything else for the value. Every caller gets the same value.
 * - A stream is replaced as long as it has not been answered at all; one that fails later is passed on. A
 *   call that sends a stream is not made again elsewhere: what was sent is gone. It may have a value.
 *
 * Put it outermost: what it is inside of, it cannot replace.
 */
export function fallback<Req, Res>(
  to: Endpoint<Req, Res>,
  options?: FallbackOptions,
): Filter<Req, Res, Req, Res>;
export function fallback<const Value>(
  value: Value,
  options?: FallbackOptions,
): ValueFallback<Value>;
export function fallback<Req, Res>(
  value: Res,
  options?: FallbackOptions,
): Filter<Req, Res, Req, Res>;
export function fallback<Req, Res>(
  to: Endpoint<Req, Res> | Res,
  options: FallbackOptions = {},
): Filter<Req, Res, Req, Res> {
  const { when = couldNotAnswer, onFallback } = options;
  const instead: Endpoint<Req, Res> | undefined = isEndpoint(to) ? to : undefined;
  // Sound: what is no endpoint is the value.
  const answer: Endpoint<Req, Res> = instead ?? (() => Promise.resolve(to as Res));

  return (next) =>
    function backed(request, ctx) {
      if (instead !== undefined && isAsyncIterable(request)) return next(request, ctx);
      return next(request, ctx).catch((thrown: unknown) => {
        const error = ServiceError.from(thrown);
        if (ctx.error !== undefined || !when(error)) throw thrown;
        tell(onFallback, error);
        return answer(request, ctx);
      });
    };
}

function couldNotAnswer({ code }: ServiceError): boolean {
  return isServerFault(code) || code === 'resource_exhausted';
}

function isEndpoint<Req, Res>(to: Endpoint<Req, Res> | Res): to is Endpoint<Req, Res> {
  return typeof to === 'function';
}
