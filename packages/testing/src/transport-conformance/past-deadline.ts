import { ok } from 'node:assert/strict';

/** The first time to allow: soon over, and on most machines time enough to call the endpoint. */
const firstAllowedMs = 400;
const mostAllowedMs = 6400;

/**
 * Plays a scene with a deadline that must pass while the endpoint is at work. Where the scene says
 * that it passed before, as it may on a busy machine, the scene proves nothing and is played again
 * with twice the time.
 */
export async function pastDeadlineAtWork(
  play: (allowedMs: number) => Promise<boolean>,
): Promise<void> {
  for (let allowedMs = firstAllowedMs; !(await play(allowedMs)); allowedMs *= 2) {
    ok(allowedMs < mostAllowedMs, `the endpoint was not at work within ${allowedMs} ms`);
  }
}
