import { describe, expect, test } from 'vitest';
import { loopGate } from './loop-gate.ts';

/** A loop whose turns the test makes itself, and the gate before it, which keeps to 50 ms. */
function scene() {
  const loop = { now: 0, due: [] as (() => void)[], draw: 0, delay: { currentMs: 0 } };
  const clock = {
    now: () => loop.now,
    schedule(_delayMs: number, run: () => void) {
      loop.due.push(run);
      return () => {};
    },
  };
  // As even as can be.
  const random = (): number => {
    loop.draw = (loop.draw + 0.618_034) % 1;
    return loop.draw;
  };
  return {
    loop,
    gate: loopGate({ loopDelay: loop.delay, maxMs: 50, random, clock }),
    /** One turn: first what is due, then its work. */
    turn(work: () => void) {
      for (const run of loop.due.splice(0)) run();
      const start = loop.now;
      work();
      loop.delay.currentMs = loop.now - start;
      return loop.now - start;
    },
  };
}

const settled = 5000;
const seconds = 15;

/** A call each millisecond: 5 ms of computing for each that is let in, 0.1 for one that is refused. */
function overloaded(computes: 'at once' | 'after the others of its turn' | 'in the next turn') {
  const { loop, gate, turn } = scene();
  let [arrived, served, longestMs] = [0, 0, 0];
  // What a database will have answered by the next turn.
  const waiting = [0];

  function serve(): void {
    loop.now += 5;
    if (loop.now > settled) served++;
  }

  function serveAll(calls: number): void {
    for (let i = 0; i < calls; i++) serve();
  }

  function work(): void {
    const start = loop.now;
    serveAll(waiting.shift() ?? 0);
    let later = 0;
    for (; arrived < start; arrived++) {
      if (!gate.admits('normal')) loop.now += 0.1;
      else if (computes === 'at once') serve();
      else later++;
    }
    if (computes === 'in the next turn') waiting.push(later);
    else serveAll(later);
    if (loop.now === start) loop.now++;
  }

  while (loop.now < settled + seconds * 1000) {
    const ms = turn(work);
    if (loop.now > settled) longestMs = Math.max(longestMs, ms);
  }
  return { servedPerSecond: served / seconds, longestMs };
}

// Of each second 80 ms are spent on refusals, and 920 are left.
const best = 920 / 5;

describe('a loop that gets five times what it can compute', () => {
  test.each([
    ['at once', 0.97, 35],
    ['after the others of its turn', 0.97, 40],
    // Nobody knows of a call's cost when it comes, and the delay tells late.
    ['in the next turn', 0.9, 150],
  ] as const)('serves what it can where a call computes %s', (computes, share, mostMs) => {
    const { servedPerSecond, longestMs } = overloaded(computes);
    expect(servedPerSecond).toBeGreaterThan(share * best);
    expect(longestMs).toBeLessThan(mostMs);
  });
});
