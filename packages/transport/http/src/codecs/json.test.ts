import { ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';

function refusal(text: string | Buffer, maxDepth?: number): string {
  try {
    parseJson(Buffer.from(text), maxDepth);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'invalid_argument') return error.message;
    throw error;
  }
  return 'accepted';
}

function nested(open: string, close: string, depth: number): string {
  return open.repeat(depth) + close.repeat(depth);
}

describe('parseJson', () => {
  it.each(['null', '0', '"text"', '[]', '{"a":[1,{"b":null}]}', ' \n{"a":1}\n'])(
    'parses %s',
    (text) => {
      expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
    },
  );

  it.each([
    ['', /empty/],
    [' ', /not valid JSON/],
    ['{', /not valid JSON/],
    ['{"a":1}x', /not valid JSON/],
    ["{'a':1}", /not valid JSON/],
    ['NaN', /not valid JSON/],
    ['[1,]', /not valid JSON/],
    ['"\u0001"', /not valid JSON/],
  ])('refuses %j', (text, reason) => {
    expect(refusal(text)).toMatch(reason);
  });

  it.each([
    ['a stray byte', [0x22, 0xff, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['half a character', [0x22, 0xe2, 0x82, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x31, 0x00]],
  ])('refuses %s as no UTF-8', (_what, bytes) => {
    expect(refusal(Buffer.from(bytes))).toMatch(/UTF-8/);
  });

  it.each(['1e400', '-1e400', '[1E+999]', '{"a":{"b":[0,12.5e309]}}', `${'9'.repeat(309)}`])(
    'refuses the number in %s, which would be an infinity',
    (text) => {
      expect(refusal(text)).toMatch(/too large/);
    },
  );

  it.each([
    '1e308',
    '[1e-400]',
    '"1e400"',
    '{"1e400":"Infinity"}',
    '0e999',
    `"${'9'.repeat(400)}"`,
  ])('takes %s', (text) => {
    expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
  });

  it('refuses a byte order mark, and takes it within a text', () => {
    expect(refusal('\ufeff{}')).toMatch(/byte order mark/);
    expect(refusal('\ufeff')).toMatch(/byte order mark/);
    expect(refusal('"\ufeff"')).toBe('accepted');
  });

  it('lets the last of equal keys count, and rounds integers, as JSON.parse does', () => {
    expect(parseJson(Buffer.from('{"a":1,"b":2,"a":3,"\\u0061":4}'))).toEqual({ a: 4, b: 2 });
    expect(parseJson(Buffer.from('9223372036854775807'))).toBe(2 ** 63);
  });

  it('takes a hundred thousand keys in its stride, also those that are made to collide', () => {
    const numbers = Array.from({ length: 100_000 }, (_, i) => i);
    for (const key of [(i: number) => `k${i}`, (i: number) => `${i * 65_536}`]) {
      const bytes = Buffer.from(`{${numbers.map((i) => `"${key(i)}":0`).join(',')}}`);
      const start = performance.now();
      expect(refusal(bytes)).toBe('accepted');
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });

  it.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
    ['both', '[{"a":', '}]'],
  ])('counts the depth of %s to the level', (_what, open, close) => {
    const levels = open.length === 6 ? 2 : 1;
    const value = open.endsWith(':') ? open.replace(/^(.*)$/, '$1') : open;
    const text = (depth: number) => `${value.repeat(depth)}1${close.repeat(depth)}`;
    expect(refusal(text(64 / levels))).toBe('accepted');
    expect(refusal(text(64 / levels + 1))).toMatch(/deeper than 64/);
  });

  it('follows the depth that it is told', () => {
    expect(refusal('[[1]]', 2)).toBe('accepted');
    expect(refusal('[[[1]]]', 2)).toMatch(/deeper than 2/);
  });

  it.each([
    ['in strings', `["${'['.repeat(100)}"]`],
    ['behind an escaped quote', `["\\"${'['.repeat(100)}"]`],
    ['behind an escaped backslash', `["\\\\","${'['.repeat(100)}\\\\"]`],
    ['beside each other', `[${'[],'.repeat(100)}[]]`],
  ])('does not count brackets %s', (_what, text) => {
    expect(refusal(text)).toBe('accepted');
  });

  it('counts brackets after a string that ends in escapes', () => {
    expect(refusal(`["a\\\\",${nested('[', ']', 100)}]`)).toMatch(/deeper/);
    expect(refusal(`["a\\\\\\"",${nested('[', ']', 100)}]`)).toMatch(/deeper/);
  });

  it.each([
    ['arrays', nested('[', ']', 1_000_000)],
    ['objects', '{"a":'.repeat(1_000_000)],
    ['arrays without an end', '['.repeat(1_000_000)],
  ])('refuses a million nested %s without following them down', (_what, text) => {
    const bytes = Buffer.from(text);
    const start = performance.now();
    expect(refusal(bytes)).toMatch(/deeper than 64/);
    // JSON.parse alone takes longer by an order of magnitude, or overflows the stack.
    expect(performance.now() - start).toBeLessThan(250);
  });

  it.each([
    '{"__proto__":{"polluted":true}}',
    '{"\\u005f_proto__":{"polluted":true}}',
    '{"\\u005F\\u005f\\u0070roto__":{"polluted":true}}',
    '{"a":[{"__proto__":null}]}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"\\u0063onstructor":{"prototype":{"polluted":true}}}',
  ])('refuses the keys of %s, which poison what they are copied into', (text) => {
    expect(refusal(text)).toMatch(/forbidden prototype/);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('takes such names as values, and other keys that objects inherit', () => {
    expect(refusal('{"a":"__proto__","constructor":"x","toString":1,"hasOwnProperty":2}')).toBe(
      'accepted',
    );
  });
});
