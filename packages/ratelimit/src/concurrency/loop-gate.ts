import type { Clock, Random } from '@fairlead/endpoint';
import type { LoopDelay } from './loop-delay.ts';
import { loopShare } from './loop-share.ts';
import { loopTurns } from './loop-turns.ts';
import { chanceOf, type Priority, shareOfTurn } from './priority.ts';

/** Lets in as much as the event loop can bear. */
export interface LoopGate {
  /** Whether a call may come in now. */
  admits(priority: Priority): boolean;
}

/** What a gate is made of. */
export interface LoopGateRules {
  readonly loopDelay: LoopDelay;
  /** The delay that the loop is kept to, in milliseconds. */
  readonly maxMs: number;
  readonly random: Random;
  readonly clock: Clock;
}

/** A turn may take half of what is allowed, and one call more: who came during the last one has waited for that, too. */
const turnShare = 0.5;

/**
 * A gate that keeps the delay of the loop near `maxMs` by two means. What computes as soon as its call has come in
 * is seen in the turn itself: when that has taken half of `maxMs`, the rest of those who wait for it are
 * refused, so that whoever is let in is served at once. What computes later, when a database has answered,
 * is seen in the delay only, and fewer calls are let in by chance: see {@link loopShare}.
 */
export function loopGate({ loopDelay, maxMs, random, clock }: LoopGateRules): LoopGate {
  const share = loopShare(loopDelay, maxMs);
  const turns = loopTurns(clock, maxMs * turnShare);

  return {
    admits(priority) {
      const now = clock.now();
      const chance = chanceOf[priority](share(now));
      return (chance >= 1 || random() < chance) && turns.takes(now, shareOfTurn[priority]);
    },
  };
}
