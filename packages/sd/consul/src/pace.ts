import type { Context } from '@fairlead/endpoint';
import { pause } from '@fairlead/sd';

/** What an answer was to those who wait for changes. */
export type Answered =
  /** It came when the wait was over: the registry itself sets the pace. */
  | 'waited'
  /** It came early, with a change. */
  | 'changed'
  /** It came early because something else changed: the index went on. */
  | 'unchanged'
  /** It came early with nothing new and an index that did not go on: that can repeat for ever. */
  | 'stuck';

/** Changes that come faster than this are read together, in milliseconds. */
const changeMs = 100;
/** What is none of our business is looked at no more often than this. */
const unchangedMs = 1000;
/** So many requests may be for nothing; then one in so many milliseconds. */
const burst = 2;
const refillMs = 15_000;

/**
 * Keeps a loop of blocking queries from turning busy, against a registry whose answers come at once:
 * because its index is broken, or because its set never rests.
 */
export function createPace(ctx: Context): (answered: Answered) => Promise<void> {
  // The first request and the one that waited for its index are two already.
  let tokens = 0;
  let filledAt = ctx.clock.now();
  return async (answered) => {
    if (answered === 'waited') return;
    if (answered !== 'stuck') return pause(answered === 'changed' ? changeMs : unchangedMs, ctx);
    const now = ctx.clock.now();
    tokens = Math.min(burst, tokens + (now - filledAt) / refillMs) - 1;
    filledAt = now;
    if (tokens < 0) await pause(-tokens * refillMs, ctx);
  };
}
