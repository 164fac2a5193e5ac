import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preferredCoding } from './accept-encoding.ts';
import { type ContentCoding, contentCodings } from './content-coding.ts';

const offered: readonly ContentCoding[] = ['br', 'gzip'];

describe('preferredCoding', () => {
  it.each([
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['GZIP;Q=1', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip;q=0.8, br;q=0.5', 'gzip'],
    ['gzip ;\tq=0.8 ,br; q=0.801', 'br'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['*;q=0, gzip', 'gzip'],
    ['identity, gzip', 'gzip'],
    ['gzip;q=0.001', 'gzip'],
    [',, gzip,', 'gzip'],
    ['gzip;q=x, br', 'br'],
  ])('takes of %j the coding %s', (header, coding) => {
    expect(preferredCoding(header, offered)).toBe(coding);
  });

  it.each([
    undefined,
    '',
    'deflate',
    'identity',
    'gzip;q=0',
    'gzip;q=0.000',
    'identity, gzip;q=0.5',
    '*;q=0',
    'gzip;q=1.5',
    'gzip;q=-1',
    'gzip;level=9',
    'gzip br',
    'gzip;q=0, gzip',
    'zstd',
    '__proto__',
  ])('compresses nothing for %j', (header) => {
    expect(preferredCoding(header, offered)).toBeUndefined();
  });

  const coding = fc.constantFrom(...contentCodings);
  const q = fc.integer({ min: 0, max: 1000 });
  const accepted = fc.uniqueArray(fc.tuple(coding, q), { selector: ([name]) => name });

  it('takes what is offered and weighs most, whatever the order and the spaces', () => {
    const space = fc.constantFrom('', ' ', '\t ', '  ');
    fc.assert(
      fc.property(accepted, fc.shuffledSubarray([...contentCodings]), space, (list, some, gap) => {
        const header = list
          .map(([name, n]) => `${gap}${name}${gap};${gap}q=${(n / 1000).toFixed(3)}${gap}`)
          .join(',');
        const weightOf = (name: ContentCoding) => list.find(([n]) => n === name)?.[1] ?? 0;
        const heaviest = Math.max(0, ...some.map(weightOf));
        const expected =
          heaviest === 0 ? undefined : some.find((name) => weightOf(name) === heaviest);
        expect(preferredCoding(header, some)).toBe(expected);
      }),
    );
  });

  it('finds its way through any text, and takes nothing that is not in it', () => {
    const piece = fc.constantFrom('gzip', 'br', '*', 'identity', ';', 'q=', ',', '0.5', '1', ' ');
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (header) => {
        const found = preferredCoding(header, offered);
        if (found === undefined) return;
        expect(header.includes('*') || header.toLowerCase().includes(found)).toBe(true);
      }),
    );
  });

  it('reads the longest list that a server lets through in no time that matters', () => {
    for (const part of ['gzip;', ' ', ';q=', 'a', 'gzip;q=0,', ',', '\t;'])
      expect(preferredCoding(part.repeat(16_384), offered)).toBeUndefined();
  });
});
