import { expect, it } from 'vitest';
import { fail, succeed } from '../test/calls.ts';
import { circuitBreaker } from './circuit-breaker.ts';

/** What becomes of `run` when nobody catches what it throws. */
async function uncaughtFrom(run: () => Promise<void>): Promise<unknown> {
  try {
    const uncaught = new Promise((resolve) => {
      process.setUncaughtExceptionCaptureCallback(resolve);
    });
    await run();
    return await uncaught;
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
}

it('lets a listener that throws harm neither a call nor another listener', async () => {
  const { middleware, subscribe, reset } = circuitBreaker();
  const told: string[] = [];
  subscribe(() => {
    throw new Error('a broken listener');
  });
  subscribe(({ to }) => told.push(to.kind));
  const uncaught = await uncaughtFrom(() => fail(middleware, 5));
  expect(uncaught).toEqual(new Error('a broken listener'));
  expect(told).toEqual(['open']);
  expect(await uncaughtFrom(async () => reset())).toEqual(new Error('a broken listener'));
  await succeed(middleware);
});

it('tells a listener that was added twice twice, and takes back one at a time', async () => {
  const { subscribe, force } = circuitBreaker();
  let told = 0;
  const listener = () => {
    told++;
  };
  const [first] = [subscribe(listener), subscribe(listener)];
  force('open');
  expect(told).toBe(2);
  first();
  first();
  force('closed');
  expect(told).toBe(3);
});
