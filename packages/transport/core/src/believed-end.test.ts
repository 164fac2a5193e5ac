import { fakeClock } from '@fairlead/testing';
import { expect, test } from 'vitest';
import { believeEnd } from './believed-end.ts';

/** Lets the event loop turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function scene() {
  const clock = fakeClock();
  let count = 0;
  const stop = believeEnd(clock, () => count++);
  return { clock, stop, count: () => count };
}

test('an end is believed after 5 ms and a turn', async () => {
  const { clock, stop, count } = scene();
  await clock.advance(4);
  await nextTurn();
  expect(count()).toBe(0);
  await clock.advance(1);
  await nextTurn();
  expect(count()).toBe(1);
  stop();
  expect(clock.pending()).toBe(0);
});

test('an end that is taken back meanwhile is none, in its last turn either', async () => {
  const early = scene();
  early.stop();
  expect(early.clock.pending()).toBe(0);
  const late = scene();
  const advanced = late.clock.advance(5);
  late.stop();
  await advanced;
  late.stop();
  await nextTurn();
  expect([early.count(), late.count()]).toEqual([0, 0]);
});
