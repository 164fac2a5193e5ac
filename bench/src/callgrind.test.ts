import { expect, test } from 'vitest';
import { totalOf } from './callgrind.ts';

const profile = (end: string): string =>
  [
    '# callgrind format',
    'version: 1',
    'positions: line',
    'events: Ir',
    'summary: 269762',
    '',
    'fn=(126) operator new(unsigned long)',
    '0 4102',
    end,
  ].join('\n');

test('reads the total of a profile, not its summary, which lacks what has not returned', () => {
  expect(totalOf(profile('totals: 270119\n'))).toBe(270_119);
});

test('refuses a profile that was cut off', () => {
  expect(() => totalOf(profile('0 12'))).toThrow('without a total');
});
