import type { Context } from '@fairlead/endpoint';
import type { FinalizeHook, Outcome } from './hooks.ts';
import { isLater } from './later.ts';

/**
 * Runs the last hooks of a call, one after the other, each though others fail: what they throw, `observe` is told.
 * Most are done at once, and then this is: there is no promise that nobody needs.
 */
export function finalizer<Call>(
  hooks: readonly FinalizeHook<Call>[],
  observe: (error: unknown, ctx: Context, call: Call) => void,
): (ctx: Context, call: Call, outcome: Outcome) => Promise<void> | undefined {
  return function finalize(ctx, call, outcome, from = 0): Promise<void> | undefined {
    for (let i = from; i < hooks.length; i++) {
      try {
        const done = hooks[i]?.(ctx, call, outcome);
        if (isLater(done))
          return Promise.resolve(done)
            .catch((error: unknown) => observe(error, ctx, call))
            .then(() => finalize(ctx, call, outcome, i + 1));
      } catch (error) {
        observe(error, ctx, call);
      }
    }
    return undefined;
  };
}
