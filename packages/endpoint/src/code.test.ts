import { describe, expect, it } from 'vitest';
import { type Code, codes, isCode, isRetryableByDefault, isServerFault } from './code.ts';

describe('codes', () => {
  it("are gRPC's sixteen, each at its number less one", () => {
    const numbered: Record<number, Code> = {
      1: 'canceled',
      2: 'unknown',
      3: 'invalid_argument',
      4: 'deadline_exceeded',
      5: 'not_found',
      6: 'already_exists',
      7: 'permission_denied',
      8: 'resource_exhausted',
      9: 'failed_precondition',
      10: 'aborted',
      11: 'out_of_range',
      12: 'unimplemented',
      13: 'internal',
      14: 'unavailable',
      15: 'data_loss',
      16: 'unauthenticated',
    };

    expect(Object.fromEntries(codes.map((code, index) => [index + 1, code]))).toEqual(numbered);
  });
});

describe('isCode', () => {
  it('holds for each code', () => {
    expect(codes.filter((code) => !isCode(code))).toEqual([]);
  });

  it.each([
    undefined,
    null,
    '',
    0,
    5,
    Number.NaN,
    'NOT_FOUND',
    'not_found ',
    'ok',
    'cancelled',
    'toString',
    '__proto__',
    'constructor',
    ['not_found'],
    { toString: () => 'not_found' },
    Symbol('not_found'),
    new String('not_found'),
  ])('does not hold for %o', (value) => {
    expect(isCode(value)).toBe(false);
  });
});

describe('isRetryableByDefault', () => {
  it('holds for unavailable and resource_exhausted alone', () => {
    expect(codes.filter(isRetryableByDefault)).toEqual(['resource_exhausted', 'unavailable']);
  });
});

describe('isServerFault', () => {
  it('holds for what was not done though it was asked rightly, and for nothing else', () => {
    expect(codes.filter(isServerFault)).toEqual([
      'unknown',
      'deadline_exceeded',
      'internal',
      'unavailable',
      'data_loss',
    ]);
  });
});
