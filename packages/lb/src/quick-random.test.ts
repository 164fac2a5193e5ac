import { expect, test } from 'vitest';
import { quickRandom } from './quick-random.ts';

test('numbers are from 0 to below 1, and each tenth has its share', () => {
  const random = quickRandom();
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const drawn = random();
    expect(drawn >= 0 && drawn < 1).toBe(true);
    const tenth = Math.floor(drawn * 10);
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  // 6 standard deviations of a fair share.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(570);
});

test('two in a row are independent: each pair of tenths has its share', () => {
  const random = quickRandom();
  const counts = new Array<number>(100).fill(0);
  for (let i = 0; i < 200_000; i++) {
    const pair = Math.floor(random() * 10) * 10 + Math.floor(random() * 10);
    counts[pair] = (counts[pair] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(270);
});

test('each one draws numbers of its own', () => {
  const [one, other] = [quickRandom(), quickRandom()];
  const drawn = (random: () => number) => Array.from({ length: 8 }, random);
  expect(drawn(one)).not.toEqual(drawn(other));
});
