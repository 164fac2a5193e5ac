import type { Clock } from '@fairlead/endpoint';

/** Keeps the turns of the event loop short. */
export interface LoopTurns {
  /** Takes a call into the turn that is under way if that has time left for one whose share of it is this. */
  takes(now: number, share: number): boolean;
}

/** Turns are watched where one was too long within so many milliseconds. */
const memoryMs = 100;
/** The first turn that is too long may take so many times what the others may. */
const firstFactor = 4;
/** How much one turn says of what a call costs. */
const smoothing = 0.2;
/** What ends a turn is a timer, and those are due after a millisecond. */
const timerMs = 1;

/**
 * Ends what a turn of the event loop takes in when it has taken `budgetMs`, or the calls that it took will: over HTTP/2
 * many heads are read before the first call begins, so a turn's time is also what its calls will cost by what they
 * cost lately. That begins with the second of the turns that are too long, or when the first one
 * has taken four times that. A pause that is nobody's work, such as a collection of garbage, makes one turn
 * long and refuses nobody: the first time, it counts as one budget.
 *
 * A turn begins with the first question in it; a timer that is due at once, and so runs in the next
 * one, ends it. Of less than a millisecond two may count as one.
 */
export function loopTurns(clock: Clock, budgetMs: number): LoopTurns {
  let startedAt: number | undefined;
  let lastAskedAt = 0;
  let taken = 0;
  /** The time of this turn, of one pause no more than a budget. */
  let countedMs = 0;
  let costMs = 0;
  let isWatched = false;
  let lastLongAt = Number.NEGATIVE_INFINITY;

  function begin(now: number): void {
    startedAt = now;
    countedMs = 0;
    taken = 0;
    isWatched = now - lastLongAt <= memoryMs;
    clock.schedule(0, end);
  }

  function end(): void {
    const now = clock.now();
    const turnMs = now - (startedAt ?? now) - timerMs;
    startedAt = undefined;
    if (turnMs > budgetMs) lastLongAt = now;
    if (isWatched && taken > 0) learn(Math.max(0, turnMs / taken));
  }

  function learn(ms: number): void {
    costMs = costMs === 0 ? ms : costMs + smoothing * (ms - costMs);
  }

  function hasTime(now: number, share: number): boolean {
    if (!isWatched) return countedMs <= budgetMs * firstFactor;
    return Math.max(now - (startedAt ?? now), taken * costMs) <= budgetMs * share;
  }

  return {
    takes(now, share) {
      if (startedAt === undefined) begin(now);
      else countedMs += Math.min(budgetMs, now - lastAskedAt);
      lastAskedAt = now;
      if (!hasTime(now, share)) return false;
      taken++;
      return true;
    },
  };
}
