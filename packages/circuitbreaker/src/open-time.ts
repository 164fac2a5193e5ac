import { checkNumber, type Random } from '@fairlead/endpoint';

/**
 * How long a breaker stays open, in milliseconds; `trips` counts from 1 how often it has opened since it was closed
 * last. A backoff of `@fairlead/sd` is one as well.
 */
export type OpenTime = (trips: number, random: Random) => number;

/** The bounds of {@link equalJitter}. */
export interface EqualJitterOptions {
  /** The longest time of the first trip, in milliseconds; it doubles with each trip that follows. Default 5000. */
  readonly baseMs?: number | undefined;
  /** The longest time of all, in milliseconds. Default 10 000, or `baseMs` if that is more. */
  readonly maxMs?: number | undefined;
}

/**
 * Grows with each trip, and spreads over the upper half of that: between half of the bound and the bound, so that
 * a thousand clients do not send their probes together, and none sends its own at once.
 */
export function equalJitter(options: EqualJitterOptions = {}): OpenTime {
  const baseMs = checkNumber('baseMs', options.baseMs ?? 5000);
  const maxMs = checkNumber('maxMs', options.maxMs ?? Math.max(10_000, baseMs), { min: baseMs });
  return (trips, random) => {
    const bound = Math.min(maxMs, baseMs * 2 ** (trips - 1));
    return bound / 2 + (random() * bound) / 2;
  };
}
