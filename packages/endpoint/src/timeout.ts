import { abortable } from './abortable.ts';
import type { Middleware } from './endpoint.ts';
import { checkNumber } from './option.ts';
import { settle } from './settle.ts';

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
      if (scoped.error !== undefined) return Promise.reject(scoped.error);
      return settle(abortable(next(request, scoped), scoped), () => scoped[Symbol.dispose]());
    };
}
