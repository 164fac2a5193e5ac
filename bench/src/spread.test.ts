import { expect, test } from 'vitest';
import { median, medianInterval, ratios, spread } from './spread.ts';

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

test('the interval of a median leaves out as much at either end as tables of its ranks say', () => {
  const countTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
  expect(medianInterval(countTo(6))).toEqual([1, 6]);
  expect(medianInterval(countTo(11))).toEqual([2, 10]);
  expect(medianInterval(countTo(33).reverse())).toEqual([11, 23]);
  expect(medianInterval(countTo(100))).toEqual([40, 61]);
});

test('of a few values the interval is all that there is, and of none there is none', () => {
  expect(medianInterval([7])).toEqual([7, 7]);
  expect(medianInterval([3, 1, 2, 5, 4])).toEqual([1, 5]);
  expect(() => medianInterval([])).toThrow(RangeError);
});
