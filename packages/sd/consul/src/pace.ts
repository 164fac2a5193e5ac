import type { Context } from '@fairlead/endpoint';
import { pause } from '@fairlead/sd';

/** What an answer was to those who wait for changes. */
export type Answered =
  /** It came when the wait was over: the registry itself sets the pace. */
  | 'waited'
  /** It came early, with a change. */
  | 'changed'
  /** It came early, with nothing new. */
  | 'unchanged';

/** So many answers in a row may be for nothing before it gets slower. */
const burst = 2;
/** Then one is let through in so many milliseconds. */
const refillMs = 15_000;
/** Changes that come faster than this are read together. */
const changeMs = 100;

/**
 * Keeps a loop of blocking queries from turning busy: against a registry whose answers come at once
 * for nothing, as those with a broken index do, or whose set never rests.
 */
export function createPace(ctx: Context): (answered: Answered) => Promise<void> {
  let tokens = burst;
  let filledAt = ctx.clock.now();
  return async (answered) => {
    if (answered === 'waited') return;
    if (answered === 'changed') return pause(changeMs, ctx);
    const now = ctx.clock.now();
    tokens = Math.min(burst, tokens + (now - filledAt) / refillMs) - 1;
    filledAt = now;
    if (tokens < 0) await pause(-tokens * refillMs, ctx);
  };
}
