import type { LoopDelay } from './loop-delay.ts';

const stepMs = 100;
/** How much of a deviation, and of its change, is corrected in one step. */
const gain = 0.2;
/** A few always come in, or nothing would show that the loop is free again. */
const least = 0.02;
/** After a pause so many steps are made up for at most: enough to let in all again. */
const mostSteps = 30;

/**
 * A controller that keeps the delay of the loop near `maxMs` by the share of calls that come in: in each
 * step the share is multiplied, by less than 1 while the delay is above or grows, by more while it is
 * below or sinks. (The idea is PIE's, RFC 8033. To refuse in proportion to the delay, or all above it,
 * swings: by the time it shows in the delay, what was let in has been let in.) The share is from 0.02
 * to 1, and changes when it is asked for, at most once in a step.
 */
export function loopShare(loopDelay: LoopDelay, maxMs: number): (now: number) => number {
  let share = 1;
  let lastMs = 0;
  let nextStep: number | undefined;

  function step(delayMs: number): void {
    const deviation = within((delayMs - maxMs) / maxMs, -1, 2);
    const change = within((delayMs - lastMs) / maxMs, -2, 2);
    const factor = 1 - gain * deviation - gain * change;
    // A delay that grows, but within what is allowed, is no reason to refuse anybody.
    share = within(share * (delayMs <= maxMs ? Math.max(1, factor) : factor), least, 1);
    lastMs = delayMs;
  }

  return (now) => {
    nextStep ??= now;
    if (now < nextStep) return share;
    const delayMs = loopDelay.currentMs;
    const steps = Math.min(mostSteps, 1 + Math.floor((now - nextStep) / stepMs));
    for (let i = 0; i < steps; i++) step(delayMs);
    nextStep = now + stepMs;
    return share;
  };
}

function within(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}
