import { ServiceError, type ServiceErrorOptions } from '@fairlead/endpoint';

/** How far an error may be from the moment at which it was made, in milliseconds. */
const freshMs = 50;

/** What calls are refused with. Nothing was sent, so a retry that goes elsewhere does nothing twice. */
export interface Refusals {
  /** The breaker is open until a moment; `Infinity` where nobody knows. */
  open(until: number, now: number): ServiceError;
  /** It is half open, and its probes are under way. */
  tooMany(): ServiceError;
}

/**
 * Makes the errors of a breaker. To make one costs some microseconds, for its stack, and an open breaker should cost
 * next to nothing: those who are refused within a twentieth of a second get the same one.
 */
export function refusals(): Refusals {
  let last: ServiceError | undefined;
  let lastUntil = 0;
  let madeAt = 0;
  return {
    open(until, now) {
      if (last === undefined || until !== lastUntil || now - madeAt > freshMs) {
        const retryAfterMs = until === Infinity ? undefined : Math.ceil(Math.max(0, until - now));
        last = breakerOpen({ retryAfterMs, unsent: true });
        lastUntil = until;
        madeAt = now;
      }
      return last;
    },
    tooMany: () => new ServiceError('unavailable', 'too many requests', { unsent: true }),
  };
}

/** The error of a call that an open breaker refuses. */
export function breakerOpen(options: ServiceErrorOptions): ServiceError {
  return new ServiceError('unavailable', 'circuit breaker is open', options);
}
