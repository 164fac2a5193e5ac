import { expect, test } from 'vitest';
import { median, ratios, spread } from './spread.ts';

test('the median is the middle value, whatever the order, and the values stay as they were', () => {
  const values = [9, 1, 10, 2, 3];
  expect(median(values)).toBe(3);
  expect(values).toEqual([9, 1, 10, 2, 3]);
});

test('of an even number of values it is the mean of the two in the middle', () => {
  expect(median([4, 1, 100, 2])).toBe(3);
});

test('there is no median of nothing', () => {
  expect(() => median([])).toThrow(RangeError);
});

test('a spread keeps the extremes, which the median hides', () => {
  expect(spread([5, 4, 1000])).toEqual({ median: 5, min: 4, max: 1000 });
});

test('a ratio compares what one round measured, not the middle of one with the middle of the other', () => {
  expect(ratios([10, 400], [20, 400])).toEqual([0.5, 1]);
});
