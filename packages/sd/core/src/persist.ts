import { type Clock, type Context, type Random, ServiceError } from '@fairlead/endpoint';
import { type Backoff, pause } from './backoff.ts';
import type { ErrorListener } from './report.ts';

/** What everything that tries again after a failure is told. */
export interface PersistenceOptions {
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
  /** Spreads the attempts. Default: the randomness of the process. */
  readonly random?: Random | undefined;
  /** How long to wait before the next attempt after a failure. Default `fullJitter()`. */
  readonly backoff?: Backoff | undefined;
  /** Is told of each failure; whoever fails says nothing itself, and goes on. */
  readonly onError?: ErrorListener | undefined;
}

/** How {@link persist} goes on after an attempt that ended too early. */
export interface Persistence {
  /** Ends it all. */
  readonly ctx: Context;
  readonly backoff: Backoff;
  readonly random: Random;
  /** Is told what an attempt failed with, before the wait. */
  failed(thrown: unknown): void;
}

/**
 * Makes an attempt at something that should last until `ctx` ends, and another one after a backoff
 * whenever it does not. An attempt that calls `succeeded` lets the backoff begin anew. Never rejects;
 * what the last attempt does after the end of `ctx` is its own business.
 */
export async function persist(
  attempt: (succeeded: () => void) => Promise<void>,
  { ctx, backoff, random, failed }: Persistence,
): Promise<void> {
  let failures = 0;
  const succeeded = (): void => {
    failures = 0;
  };
  while (ctx.error === undefined) {
    let leastMs = 0;
    try {
      await attempt(succeeded);
    } catch (thrown) {
      if (ctx.error !== undefined) return;
      failed(thrown);
      if (thrown instanceof ServiceError) leastMs = thrown.retryAfterMs ?? 0;
    }
    failures++;
    await pause(Math.max(backoff(failures, random), leastMs), ctx);
  }
}
