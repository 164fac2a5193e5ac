import type { CancelSource } from './cancellation.ts';

/**
 * The outcome of some work, or, if the context ends first, its error: nobody waits longer than the
 * context allows, whether the work obeys it or not. What the work still does after that is dropped,
 * a rejection included, and the context keeps no listener.
 *
 * The work is under way already; where an ended context must keep it from starting, ask
 * `ctx.throwIfAborted()` first.
 */
export function abortable<T>(work: Promise<T>, ctx: CancelSource): Promise<T> {
  return new Promise((resolve, reject) => {
    const unlink = ctx.onAbort(reject);
    work.then(
      (value) => {
        unlink();
        resolve(value);
      },
      (error: unknown) => {
        unlink();
        reject(error);
      },
    );
  });
}
