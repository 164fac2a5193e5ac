import type { CancelSource } from './cancellation.ts';
import { discard, isAsyncIterable, settle } from './settle.ts';

/**
 * The outcome of some work, or, if the context ends first, its error: nobody waits longer than the
 * context allows, whether the work obeys it or not. What the work still does after that is dropped,
 * a rejection included, and a stream that comes too late is closed. The context keeps no listener.
 *
 * The work is under way already; where an ended context must keep it from starting, ask
 * `ctx.throwIfAborted()` first.
 *
 * `onSettled` is called once, when the context has ended or the work is really over: that of a stream
 * at its end, see {@link settle}, which around this would cost each call
 * another promise. It must not throw. Default: nothing.
 */
export function abortable<T>(
  work: Promise<T>,
  ctx: CancelSource,
  onSettled: () => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let ended = false;
    const unlink = ctx.onAbort((error) => {
      ended = true;
      reject(error);
      onSettled();
    });
    work.then(
      (value) => {
        unlink();
        if (ended) discard(value);
        else if (isAsyncIterable(value)) resolve(settle(work, onSettled));
        else {
          onSettled();
          resolve(value);
        }
      },
      (error: unknown) => {
        unlink();
        if (!ended) onSettled();
        reject(error);
      },
    );
  });
}
