import { abortable } from './abortable.ts';
import type { Middleware } from './endpoint.ts';
import { checkNumber } from './option.ts';

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
      const scoped = ctx.withTimeout(timeoutMs);
      // Where there is time, the new deadline has not passed yet, and the clock need not be asked.
      const { error } = timeoutMs > 0 ? ctx : scoped;
      if (error !== undefined) return Promise.reject(error);
      return abortable(next(request, scoped), scoped, () => scoped[Symbol.dispose]());
    };
}
