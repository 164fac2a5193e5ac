import type { Context } from '@fairlead/endpoint';
import type { BeforeHook } from './hooks.ts';
import { isLater } from './later.ts';

/** Where a call stands: the last context that a hook handed on, which those at its end get. */
export interface Standing {
  ctx: Context;
}

/**
 * Runs the first hooks of a call, one after the other, each with the context of the one before it. What one throws,
 * and the end of the context, is thrown. Most are done at once, and then this is: there is no promise that nobody needs.
 */
export function preparer<Call>(
  hooks: readonly BeforeHook<Call>[],
): (standing: Standing, call: Call) => Promise<void> | undefined {
  return function prepare(standing, call, from = 0): Promise<void> | undefined {
    for (let i = from; i < hooks.length; i++) {
      const next = hooks[i]?.(standing.ctx, call);
      if (isLater(next)) {
        return Promise.resolve(next).then((later) => {
          handOn(standing, later);
          return prepare(standing, call, i + 1);
        });
      }
      handOn(standing, next);
    }
    return undefined;
  };
}

function handOn(standing: Standing, next: Context | void): void {
  standing.ctx = next ?? standing.ctx;
  standing.ctx.throwIfAborted();
}
