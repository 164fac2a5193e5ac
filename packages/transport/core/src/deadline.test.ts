import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatConnectTimeout,
  formatGrpcTimeout,
  parseConnectTimeout,
  parseGrpcTimeout,
} from './deadline.ts';

/** Any time that a context may have left. */
const remaining = fc.oneof(
  fc.double({ min: 0, max: 1e6, noNaN: true }),
  fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }),
  fc.nat(),
  fc.constantFrom(0, 0.5, 1, 1.5, 99_999_999, 99_999_999.5, 1e8, 1e8 + 999, 9_999_999_999, 1e10),
);

describe.each([
  ['grpc-timeout', formatGrpcTimeout, parseGrpcTimeout, /^\d{1,8}[mS]$/],
  ['connect-timeout-ms', formatConnectTimeout, parseConnectTimeout, /^\d{1,10}$/],
] as const)('the text of a %s', (_name, format, parse, wellFormed) => {
  it('is well-formed for any time', () => {
    fc.assert(
      fc.property(remaining, (ms) => {
        expect(format(ms)).toMatch(wellFormed);
      }),
    );
  });

  it('never gives the next hop more time than is left, but at least a millisecond', () => {
    fc.assert(
      fc.property(remaining, (ms) => {
        const given = parse(format(ms));

        expect(given).toBeGreaterThanOrEqual(1);
        expect(given).toBeLessThanOrEqual(Math.max(1, ms));
      }),
    );
  });

  it('gives whole milliseconds as they are, up to a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400_000 }), (ms) => {
        expect(parse(format(ms))).toBe(ms);
      }),
    );
  });

  it('says less when less time is left', () => {
    fc.assert(
      fc.property(remaining, remaining, (one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];

        expect(parse(format(less))).toBeLessThanOrEqual(parse(format(more)) ?? 0);
      }),
    );
  });

  it.each([-1, -0.1, -1e9, Number.NEGATIVE_INFINITY])('says one millisecond for %d', (ms) => {
    expect(parse(format(ms))).toBe(1);
  });

  it('is read as a time that is finite and not negative, or not at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const ms = parse(text);

        if (ms !== undefined) expect(Number.isFinite(ms) && ms >= 0).toBe(true);
      }),
    );
  });

  it('is not read where anything stands around it', () => {
    const affix = fc.string({ unit: 'binary', minLength: 1 }).filter((s) => !/^[0-9]+$/.test(s));
    fc.assert(
      fc.property(remaining, affix, (ms, extra) => {
        expect(parse(`${format(ms)}${extra}`)).toBeUndefined();
        expect(parse(`${extra}${format(ms)}`)).toBeUndefined();
      }),
    );
  });

  it.each([
    '',
    ' ',
    '-1m',
    '+1m',
    '-1',
    '+1',
    ' 1m',
    '1m ',
    ' 1',
    '1 ',
    '1 m',
    '1m\n',
    '1\n',
    '1.5m',
    '1.5',
    '1e3m',
    '1e3',
    '0x10',
    '1_000',
    '1,000',
    'm',
    'S',
    'NaN',
    'Infinity',
    '1x',
    '1h',
    '1s',
    '1M1S',
    '١m',
    '١',
    '１m',
    '１',
    '12345678901',
    '123456789m',
    '1\u0000m',
    'null',
    'undefined',
  ])('is not read of %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});

describe('parseGrpcTimeout', () => {
  it.each([
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['3S', 3000],
    ['4m', 4],
    ['5000u', 5],
    ['6000000n', 6],
    ['0n', 0],
    ['1u', 0.001],
    ['00000010m', 10],
    ['99999999H', 99_999_999 * 3_600_000],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseGrpcTimeout(text)).toBeCloseTo(ms, 9);
  });

  it('knows the six units of gRPC and no other', () => {
    const letters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
    const units = letters.filter((unit) => parseGrpcTimeout(`1${unit}`) !== undefined);

    expect(units.join('')).toBe('HMSmnu');
  });
});

describe('formatGrpcTimeout', () => {
  it.each([
    [1, '1m'],
    [1500.9, '1500m'],
    [0.2, '1m'],
    [99_999_999, '99999999m'],
    [100_000_999, '100000S'],
    [1e300, '99999999S'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatGrpcTimeout(ms)).toBe(text);
  });
});

describe('parseConnectTimeout', () => {
  it.each([
    ['0', 0],
    ['0000000010', 10],
    ['9999999999', 9_999_999_999],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseConnectTimeout(text)).toBe(ms);
  });
});
