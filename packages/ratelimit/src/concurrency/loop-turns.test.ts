import { describe, expect, test } from 'vitest';
import { loopTurns } from './loop-turns.ts';

/** A loop whose turns the test makes itself, and its turns of 25 ms. */
function scene() {
  let now = 0;
  let due: (() => void)[] = [];
  const clock = {
    now: () => now,
    schedule(_delayMs: number, run: () => void) {
      due.push(run);
      return () => {};
    },
  };
  const turns = loopTurns(clock, 25);
  /** How many calls a turn takes of those that come: one after another, each of which takes so long if it is taken. */
  function turn(calls: number, eachMs: number, share = 1): number {
    let taken = 0;
    for (let i = 0; i < calls; i++) {
      if (!turns.takes(now, share)) continue;
      taken++;
      now += eachMs;
    }
    end();
    return taken;
  }
  /** Like {@link turn}, but all come before the first of them begins. */
  function batch(calls: number, eachMs: number): number {
    let taken = 0;
    for (let i = 0; i < calls; i++) if (turns.takes(now, 1)) taken++;
    now += taken * eachMs;
    end();
    return taken;
  }
  function end(): void {
    now++;
    const ended = due;
    due = [];
    for (const run of ended) run();
  }
  return {
    turn,
    batch,
    pass(ms: number) {
      now += ms;
    },
  };
}

describe('a turn', () => {
  test('takes what comes while turns are short', () => {
    const { turn } = scene();
    for (let i = 0; i < 10; i++) expect(turn(20, 1)).toBe(20);
  });

  test('may be four times too long the first time, and has its time from the next one on', () => {
    const { turn } = scene();
    expect([turn(100, 5), turn(100, 5), turn(100, 5)]).toEqual([21, 6, 6]);
  });

  test('that a pause made long refuses nobody, nor does the next one', () => {
    const { turn } = scene();
    expect([turn(2, 500), turn(20, 1), turn(20, 1)]).toEqual([2, 20, 20]);
  });

  test('is watched no more when 100 ms have passed without a long one', () => {
    const { turn, pass } = scene();
    turn(100, 5);
    pass(101);
    expect(turn(10, 5)).toBe(10);
  });

  test('takes one call however much it costs', () => {
    const { turn } = scene();
    for (let i = 0; i < 5; i++) turn(10, 60);
    expect(turn(10, 60)).toBe(1);
  });

  test.each([
    ['half', 0.5, 3],
    ['all', 1, 6],
    ['twice', 2, 11],
  ])('has %s of its time for calls whose share that is', (_, share, taken) => {
    const { turn } = scene();
    turn(100, 5);
    expect(turn(100, 5, share)).toBe(taken);
  });
});

describe('calls that all come before the first of them begins', () => {
  test('are as many as their cost lately allows', () => {
    const { batch } = scene();
    const taken = Array.from({ length: 30 }, () => batch(50, 5));
    expect(taken.slice(0, 3)).toEqual([50, 50, 6]);
    expect(taken.slice(-10)).toEqual(Array.from({ length: 10 }, () => 6));
  });

  test('are one where one costs too much', () => {
    const { batch } = scene();
    const taken = Array.from({ length: 30 }, () => batch(50, 40));
    expect(taken.at(-1)).toBe(1);
  });
});
