import { type Context, checkNumber, type Random } from '@fairlead/endpoint';

/** How long to wait before trying again, in milliseconds; `attempt` counts the failures in a row from 1. */
export type Backoff = (attempt: number, random: Random) => number;

/** The bounds of {@link fullJitter}. */
export interface FullJitterOptions {
  /** The longest wait after the first failure, in milliseconds; it doubles with each. Default 1 000. */
  readonly baseMs?: number | undefined;
  /** The longest wait of all, in milliseconds. Default 30 000. */
  readonly maxMs?: number | undefined;
}

/**
 * Exponential backoff with full jitter: anything between 0 and the bound, evenly spread, so that a
 * thousand clients of a registry that has come back arrive over a second and not together.
 */
export function fullJitter(options: FullJitterOptions = {}): Backoff {
  const maxMs = checkNumber('maxMs', options.maxMs ?? 30_000);
  const baseMs = checkNumber('baseMs', options.baseMs ?? 1000, { max: maxMs });
  return (attempt, random) => random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/**
 * Resolves after `ms` milliseconds on the context's clock, or as soon as the context ends; never
 * rejects. Leaves no timer. For bindings that wait between two requests.
 */
export function pause(ms: number, ctx: Context): Promise<void> {
  return new Promise((resolve) => {
    let stop = (): void => {};
    const unlink = ctx.onAbort(() => {
      stop();
      resolve();
    });
    if (ctx.error !== undefined) return;
    stop = ctx.clock.schedule(ms, () => {
      unlink();
      resolve();
    });
  });
}
