import type { Context, Endpoint } from '@fairlead/endpoint';

/**
 * Says of each call whether it may go now; never waits until one may. What {@link erroring} and the
 * server's hook {@link rateLimit} ask.
 *
 * `Req` is what it looks at to decide: nothing for most, the request or the server's call for one
 * that has a limit for each key or a cost for each request.
 */
export interface Allower<in Req = unknown> {
  /**
   * Takes the permits of one call, if they are to be had at once, and decides; takes none where they are
   * not. A promise only where the decision is made elsewhere. Throws or rejects, with a ServiceError, only
   * where nothing can be decided: the store of a shared limit is down.
   */
  allow(request: Req, ctx: Context): Decision | Promise<Decision>;
}

/** Lets each call go when its turn has come. What {@link delaying} asks. */
export interface Waiter<in Req = unknown> {
  /**
   * Waits for the permits of one call and takes them: the first who asks is the first to go. Returns no
   * promise where there is nothing to wait for.
   *
   * Rejects at once, and takes nothing, with {@link limitExceeded} where the wait would be longer
   * than the deadline or the limiter allows; and with the error of `ctx` as soon as that ends.
   */
  wait(request: Req, ctx: Context): Turn | Promise<Turn>;
}

/** Both: may decide at once and may wait. */
export interface Limiter<in Req = unknown> extends Allower<Req>, Waiter<Req> {}

/** What a {@link Waiter} wants to be called when the call is over, a stream at its end; nothing for most. */
export type Turn = (() => void) | undefined;

/** What was decided about one call, and what there is left. */
export interface Decision {
  /** Whether the call may go: its permits are taken then. */
  readonly allowed: boolean;
  /** How long until the same call would be allowed if nobody else came, in milliseconds: 0 where it is, `Infinity` for never. */
  readonly retryAfterMs: number;
  /** How many permits are left now. */
  readonly remaining: number;
  /** How long until all of them are back, in milliseconds; `Infinity` for never. */
  readonly resetMs: number;
  /** The limit that was asked; undefined where there is none, or none that is known. */
  readonly policy: LimitPolicy | undefined;
}

/** A limit as its clients may know it: so many permits in so much time. */
export interface LimitPolicy {
  /** How many permits. */
  readonly quota: number;
  /** In how many milliseconds; `Infinity` where they never come back. */
  readonly windowMs: number;
}

/** A {@link Middleware} for endpoints whose request is a `Req`, as a limiter has it that looks at requests. */
export interface MiddlewareFor<in Req> {
  <R extends Req, Res>(next: Endpoint<R, Res>): Endpoint<R, Res>;
}
