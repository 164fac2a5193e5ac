import type { Context, Endpoint } from '@fairlead/endpoint';
import { createFlights } from './flights.ts';
import { byKey } from './keyed-call.ts';

/** Which calls are one and the same. */
export interface CoalesceOptions<in Req> {
  /**
   * Calls with the same key share an answer while it is under way; undefined for a call of its own.
   * Put everything into it that the answer depends on, the caller's identity too where that matters:
   * who has the key gets what somebody else asked for. One that throws fails the call.
   */
  readonly key: (request: Req, ctx: Context) => string | undefined;
}

/** A middleware of endpoints with a certain request, whatever they answer. */
export interface RequestMiddleware<in Req> {
  <R extends Req, Res>(next: Endpoint<R, Res>): Endpoint<R, Res>;
}

/**
 * Makes one call out of equal calls that come at the same time ("singleflight"): the first is made,
 * those that come before its answer wait for it. For reads that many ask for at once.
 *
 * ```ts
 * const getUser = coalesce({ key: ({ id }: GetUser) => id })(remote);
 * ```
 *
 * - Each caller keeps its own deadline and cancellation: who leaves gets its error at once, and the call
 *   goes on for the others. It is canceled when the last has left.
 * - The shared call has the values of the first caller's context and no deadline of its own, for those who
 *   join may have more time: put `timeout` inside of this.
 * - All get the same response, or the same error: treat responses as immutable.
 * - A call that sends a stream is passed through. One that answers with a stream fails with `internal`:
 *   a stream has one reader.
 *
 * Every endpoint that this decorates has calls of its own: keys of two never meet.
 */
export function coalesce<Req = unknown>({ key }: CoalesceOptions<Req>): RequestMiddleware<Req> {
  return <R extends Req, Res>(next: Endpoint<R, Res>): Endpoint<R, Res> => {
    const flights = createFlights<Res>();

    return byKey(next, key, ({ name, request, ctx }) =>
      flights.join(name, ctx, (shared) => next(request, shared)),
    );
  };
}
