import type { Context } from '@fairlead/endpoint';
import { limitExceeded } from './limit-exceeded.ts';
import type { Turn, Waiter } from './limiter.ts';
import { limiterDown } from './limiter-down.ts';

/** What is used of a limiter of the package bottleneck (2.19). */
export interface BottleneckLimiter {
  schedule<R>(job: () => PromiseLike<R>): Promise<R>;
}

/**
 * A limiter of the package bottleneck, which the user has made and disconnects, for {@link delaying}.
 * A call is a job that lasts as long as the call, so that `maxConcurrent` counts it, too.
 *
 * ```ts
 * const paced = delaying(bottleneck(new Bottleneck({ maxConcurrent: 5, minTime: 100 })))(send);
 * ```
 *
 * - A job that bottleneck drops (`highWater`) is a call that fails with {@link limitExceeded}, without
 *   a `retryAfterMs`; with `highWater: 0` no call waits. `rejectOnDrop` must stay true: without it
 *   bottleneck tells nobody, and the call waits for its deadline.
 * - A call that ends while it waits fails at once. Its job stays in the queue, does nothing when
 *   its turn comes, and uses that turn up: bottleneck takes no job back. Nor can it say how long a wait
 *   will be, so that a deadline is noticed only when it has come.
 * - Any other failure of bottleneck's is `unavailable`. In a cluster over Redis 7 it loses its settings
 *   with Redis's data (a flush, an eviction, a restart without persistence), and from then on every job
 *   fails: each process has to make its limiter anew. While Redis is away, calls wait for their deadlines:
 *   see that they have one.
 */
export function bottleneck(limiter: BottleneckLimiter): Waiter {
  return {
    wait(_request: unknown, ctx: Context): Promise<Turn> {
      if (ctx.error !== undefined) return Promise.reject(ctx.error);
      return new Promise((resolve, reject) => {
        let hasLeft = false;
        const unlink = ctx.onAbort((error) => {
          hasLeft = true;
          reject(error);
        });
        const job = (): Promise<void> =>
          new Promise((over) => {
            unlink();
            if (hasLeft) over();
            else resolve(over);
          });
        limiter.schedule(job).catch((error: unknown) => {
          unlink();
          reject(isDrop(error) ? limitExceeded(undefined) : limiterDown(error));
        });
      });
    },
  };
}

/** Bottleneck's errors have no code; this is the text of the one that its `highWater` makes. */
function isDrop(error: unknown): boolean {
  return error instanceof Error && error.message === 'This job has been dropped by Bottleneck';
}
