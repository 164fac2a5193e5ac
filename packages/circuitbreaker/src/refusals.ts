import { ServiceError, type ServiceErrorOptions } from '@fairlead/endpoint';

/** For how long calls are refused with the same error, in milliseconds. */
const freshMs = 50;

/** What calls are refused with. Nothing was sent, so a retry that goes elsewhere does nothing twice. */
export interface Refusals {
  /** The breaker is open until a moment; `Infinity` where nobody knows. */
  open(until: number, now: number): Promise<never>;
  /** It is half open, and its probes are under way. */
  tooMany(now: number): Promise<never>;
}

/**
 * Makes the refusals of a breaker. An open one should cost next to nothing, but an error costs microseconds,
 * for its stack, and so does a promise that is rejected before anybody listens, for Node keeps a list of
 * those. So all who are refused within a twentieth of a second get the same error, each in a promise that
 * follows one of which Node knows already.
 */
export function refusals(): Refusals {
  let last: Promise<never> | undefined;
  let lastUntil: number | undefined;
  let staleAt = -Infinity;

  function refuse(
    until: number | undefined,
    now: number,
    make: () => ServiceError,
  ): Promise<never> {
    if (last === undefined || until !== lastUntil || now > staleAt) {
      last = Promise.reject(make());
      last.catch(() => {});
      lastUntil = until;
      staleAt = now + freshMs;
    }
    return last.then();
  }

  return {
    open: (until, now) =>
      refuse(until, now, () => {
        const retryAfterMs = until === Infinity ? undefined : Math.ceil(Math.max(0, until - now));
        return breakerOpen({ retryAfterMs, unsent: true });
      }),
    tooMany: (now) =>
      refuse(
        undefined,
        now,
        () => new ServiceError('unavailable', 'too many requests', { unsent: true }),
      ),
  };
}

/** The error of a call that an open breaker refuses. */
export function breakerOpen(options: ServiceErrorOptions): ServiceError {
  return new ServiceError('unavailable', 'circuit breaker is open', options);
}
