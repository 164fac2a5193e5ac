import { expect, test } from 'vitest';
import { createLoopDelay } from './loop-delay.ts';

/** Keeps the loop busy in turns of so many milliseconds, until `isOver` says so. */
async function busy(turnMs: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const end = performance.now() + turnMs;
    while (performance.now() < end);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('tells the turn of the loop, from the second reading on', async () => {
  using delay = createLoopDelay({ windowMs: 100 });
  expect(delay.currentMs).toBe(0);
  await busy(40, () => delay.currentMs > 0);
  expect(delay.currentMs).toBeGreaterThan(20);
}, 20_000);

test('sinks again when the loop is free', async () => {
  using delay = createLoopDelay({ windowMs: 50 });
  await busy(60, () => delay.currentMs > 30);
  await expect.poll(() => delay.currentMs, { interval: 60, timeout: 15_000 }).toBeLessThan(30);
}, 20_000);

test('says 0 once it is closed, which may be done twice', async () => {
  const delay = createLoopDelay({ windowMs: 20 });
  await busy(30, () => delay.currentMs > 0);
  delay.close();
  delay.close();
  expect(delay.currentMs).toBe(0);
  createLoopDelay().close();
}, 20_000);

test('a misuse fails where it is written', () => {
  expect(() => createLoopDelay({ resolutionMs: 0 })).toThrow('resolutionMs');
});
