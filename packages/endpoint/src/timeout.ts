import type { ScopedContext } from './context.ts';
import type { Middleware } from './endpoint.ts';
import { checkNumber } from './option.ts';
import { discard, isAsyncIterable, settle } from './settle.ts';

/**
 * Ends a call that takes longer than `timeoutMs` milliseconds with `deadline_exceeded`. The deadline
 * goes down with the context, to the next process too, and never gets later than the caller's own.
 *
 * The caller has its answer at the deadline, whether the endpoint obeys its context or not; what a
 * late endpoint still answers, or throws, is dropped. With no time left the endpoint is not called.
 * For a stream the deadline stands until its end; ending it then is up to the endpoint's context.
 */
export function timeout(timeoutMs: number): Middleware {
  checkNumber('timeoutMs', timeoutMs);
  return (next) =>
    function limited(request, ctx) {
      // Where there is time, the new deadline has not passed yet.
      const { error } = timeoutMs > 0 ? ctx : ctx.withTimeout(timeoutMs);
      if (error !== undefined) return Promise.reject(error);
      const scoped = ctx.withTimeout(timeoutMs);
      return within(scoped, next(request, scoped));
    };
}

/** `abortable` and `settle` with one promise less, since this is around nearly every call. */
function within<Res>(scoped: ScopedContext, work: Promise<Res>): Promise<Res> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const unlink = scoped.onAbort((error) => {
      isLate = true;
      reject(error);
    });
    work.then(
      (response) => {
        if (isLate) discard(response);
        else if (isAsyncIterable(response)) {
          unlink();
          resolve(settle(work, () => scoped[Symbol.dispose]()));
        } else {
          scoped[Symbol.dispose]();
          resolve(response);
        }
      },
      (error: unknown) => {
        scoped[Symbol.dispose]();
        reject(error);
      },
    );
  });
}
