import type { CancelSource } from './cancellation.ts';
import { discard } from './settle.ts';

/**
 * The outcome of some work, or, if the context ends first, its error: nobody waits longer than the
 * context allows, whether the work obeys it or not. What the work still does after that is dropped,
 * a rejection included, and a stream that comes too late is closed. The context keeps no listener.
 *
 * The work is under way already; where an ended context must keep it from starting, ask
 * `ctx.throwIfAborted()` first.
 */
export function abortable<T>(work: Promise<T>, ctx: CancelSource): Promise<T> {
  return new Promise((resolve, reject) => {
    let ended = false;
    const unlink = ctx.onAbort((error) => {
      ended = true;
      reject(error);
    });
    work.then(
      (value) => {
        unlink();
        if (ended) discard(value);
        else resolve(value);
      },
      (error: unknown) => {
        unlink();
        reject(error);
      },
    );
  });
}
