import {
  type Clock,
  checkNumber,
  type Middleware,
  type Random,
  ServiceError,
  systemClock,
  systemRandom,
} from '@fairlead/endpoint';
import { stackless } from '../stackless.ts';
import { rollingCounts } from './rolling-counts.ts';

/** When a client holds calls back by itself. */
export interface AdaptiveThrottleOptions {
  /**
   * How many calls are made for each that is accepted, before any are held back: 2 lets the service
   * refuse one of two. Less saves it more work, and sees later that it has recovered. Default 2.
   */
  readonly k?: number | undefined;
  /** How far back calls count, in milliseconds. Default 120 000. */
  readonly windowMs?: number | undefined;
  /** One call is let through at least every so many milliseconds, to find out. Default 1000. */
  readonly probeIntervalMs?: number | undefined;
  /** Whether an error says that the service took no call. Default: `unavailable` and `resource_exhausted`. */
  readonly isRefusal?: ((error: ServiceError) => boolean) | undefined;
  /** Default: the randomness of the process. */
  readonly random?: Random | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** A middleware that knows how much it holds back. */
export interface AdaptiveThrottle extends Middleware {
  /** The share of calls that are held back now, from 0 to 1. */
  readonly share: number;
}

/**
 * Holds calls back by chance while the service refuses most of them: to refuse is work too, and a
 * service that does nothing else recovers late. (Google, "Site Reliability Engineering", 2016, chapter 21:
 * a call is held back with probability `max(0, (requests − k × accepts) ÷ (requests + 1))`.)
 *
 * ```ts
 * const sum = chain(adaptiveThrottle())(client.endpoint({ path: '/sum' }));
 * ```
 *
 * - One for each service, shared by its operations; inside of `retry`, so that its tries count too.
 * - A call counts before it is made, or a burst would pass before the first refusal is back.
 * - A call that is held back fails at once with `unavailable`. It was not sent, but it is not
 *   `retryable` either: the next try would meet the same.
 * - Under a refusal of everything one call a second remains, by whose answer recovery is seen.
 */
export function adaptiveThrottle(options: AdaptiveThrottleOptions = {}): AdaptiveThrottle {
  const k = checkNumber('k', options.k ?? 2, { min: 1, max: 100 });
  const windowMs = checkNumber('windowMs', options.windowMs ?? 120_000, {
    min: 100,
    max: 3_600_000,
  });
  const probeIntervalMs = checkNumber('probeIntervalMs', options.probeIntervalMs ?? 1000, {
    max: windowMs / 2,
  });
  const { isRefusal = refusesWork, random = systemRandom, clock = systemClock } = options;
  const counts = rollingCounts(windowMs);
  let lastSentAt = -Infinity;

  function share(now: number): number {
    counts.moveTo(now);
    const { requests, accepts } = counts;
    return Math.max(0, (requests - k * accepts) / (requests + 1));
  }

  /** Whether a call is made; it counts then in either case. */
  function lets(now: number): boolean {
    const held = share(now);
    counts.request();
    if (held > 0 && random() < held && now - lastSentAt < probeIntervalMs) return false;
    lastSentAt = now;
    return true;
  }

  function accepted(): void {
    counts.moveTo(clock.now());
    counts.accept();
  }

  const middleware: Middleware = (next) =>
    function throttled(request, ctx) {
      if (!lets(clock.now())) return Promise.reject(heldBack());
      return next(request, ctx).then(
        (response) => {
          accepted();
          return response;
        },
        (thrown: unknown) => {
          if (!isRefusal(ServiceError.from(thrown))) accepted();
          throw thrown;
        },
      );
    };
  return Object.defineProperty(middleware, 'share', {
    get: () => share(clock.now()),
    // Sound: it has what was just defined.
  }) as AdaptiveThrottle;
}

function refusesWork({ code }: ServiceError): boolean {
  return code === 'unavailable' || code === 'resource_exhausted';
}

function heldBack(): ServiceError {
  return stackless(
    'unavailable',
    'held back: the service refuses most calls of late; try again later',
    { unsent: true, retryable: false },
  );
}
