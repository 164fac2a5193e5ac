import type { Context, Random } from '@fairlead/endpoint';
import { type InstanceInit, pause } from '@fairlead/sd';

/** What one lookup has found. */
export interface Answer {
  readonly instances: readonly InstanceInit[];
  /** How long the answer holds, in milliseconds. */
  readonly freshMs: number;
}

/** How far the next lookup may be put off at random, as a part of the wait, and at most. */
const spread = { part: 0.1, maxMs: 1000 };

/**
 * Looks up again whenever the answer is no longer fresh, until the context ends or a lookup fails.
 * Never early, for a caching server would hand out what is left of the old answer; up to a tenth
 * and at most a second late, so that many processes do not ask at the same moment.
 */
export async function follow(
  lookup: () => Promise<Answer>,
  found: (instances: readonly InstanceInit[]) => void,
  random: Random,
  ctx: Context,
): Promise<void> {
  while (ctx.error === undefined) {
    const { instances, freshMs } = await lookup();
    found(instances);
    await pause(freshMs + random() * Math.min(freshMs * spread.part, spread.maxMs), ctx);
  }
}
