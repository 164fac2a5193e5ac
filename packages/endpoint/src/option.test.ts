import { describe, expect, it } from 'vitest';
import { checkNumber } from './option.ts';

describe('checkNumber', () => {
  it.each([0, 1, 0.5, Number.MAX_VALUE, Number.POSITIVE_INFINITY])('hands %d back', (value) => {
    expect(checkNumber('timeoutMs', value)).toBe(value);
  });

  it('includes both ends of the range', () => {
    expect(checkNumber('ratio', 0.1, { min: 0.1, max: 0.9 })).toBe(0.1);
    expect(checkNumber('ratio', 0.9, { min: 0.1, max: 0.9 })).toBe(0.9);
  });

  it('takes Infinity for a whole number where nothing is too much', () => {
    const value = checkNumber('maxAttempts', Number.POSITIVE_INFINITY, { min: 1, integer: true });

    expect(value).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [Number.NaN, 'timeoutMs must be a number of at least 0, but is NaN'],
    [-1, 'timeoutMs must be a number of at least 0, but is -1'],
    [Number.NEGATIVE_INFINITY, 'timeoutMs must be a number of at least 0, but is -Infinity'],
  ])('refuses %d and says what it may be', (value, message) => {
    expect(() => checkNumber('timeoutMs', value)).toThrow(new RangeError(message));
  });

  it.each(['5', null, undefined, {}, [5], 5n, true, Symbol('5')])(
    'refuses %o, which only looks like a number',
    (value) => {
      // The caller may be JavaScript, or a configuration file that nobody has checked.
      const check = () => checkNumber('size', value as number);

      expect(check).toThrow(RangeError);
      expect(check).toThrow(/^size must be a number/);
    },
  );

  it('says both ends of a range', () => {
    expect(() => checkNumber('ratio', 1.5, { max: 1 })).toThrow(
      'ratio must be a number from 0 to 1, but is 1.5',
    );
  });

  it('refuses a fraction where only whole numbers will do', () => {
    expect(() => checkNumber('maxAttempts', 1.5, { min: 1, integer: true })).toThrow(
      'maxAttempts must be a whole number of at least 1, but is 1.5',
    );
  });
});
