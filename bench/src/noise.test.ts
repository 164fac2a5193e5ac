import { expect, test } from 'vitest';
import { isWithin, noiseOf } from './noise.ts';

test('rounds of which each says the same have no noise', () => {
  expect(noiseOf([1, 1, 1, 1, 1, 1], 2)).toBe(1);
});

test('the noise is where the median may lie, be that above 1 or below', () => {
  // Of eleven rounds the median lies between the second and the tenth.
  expect(noiseOf([0.5, 0.98, 0.99, 1, 1, 1, 1, 1, 1.01, 1.1, 2], 1)).toBeCloseTo(1.1);
  expect(noiseOf([0.5, 0.8, 0.99, 1, 1, 1, 1, 1, 1.01, 1.1, 2], 1)).toBeCloseTo(1 / 0.8);
});

test('a pair that was off for the whole of its run is noise, however steady its rounds', () => {
  expect(noiseOf(Array(11).fill(1.07), 1)).toBeCloseTo(1.07);
});

test('a single pass that is off counts, though the median of all rounds hides it', () => {
  const pass = (ratio: number): number[] => Array(11).fill(ratio);
  const rounds = [...pass(1), ...pass(0.9), ...pass(1), ...pass(1)];
  expect(noiseOf(rounds, 4)).toBeCloseTo(1 / 0.9);
  expect(noiseOf(rounds, 1)).toBe(1);
});

test('a ratio is within the noise on either side of 1', () => {
  expect([0.94, 0.96, 1.04, 1.06].map((ratio) => isWithin(1.05, ratio))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('of a difference the noise is how far its rounds are from their middle', () => {
  expect(noiseOf([0.4, 0.5, 0.5, 0.5, 0.6], 1, 0.5)).toBeCloseTo(0.5 / 0.4);
});
