import { describe, expect, test } from 'vitest';
import { scanJson } from './json-scan.ts';

function scan(text: string, maxDepth = 2) {
  return scanJson(Buffer.from(text), maxDepth);
}

describe('depth', () => {
  test.each([
    '[]',
    '[[],[]]',
    '{"a":{}}',
    '[{},{}]',
    '"[[["',
    '["[[[", [1]]',
    '["\\"[[["]',
    '[[ "',
  ])('is no more than two: %s', (text) => {
    expect(scan(text)).toBeUndefined();
  });

  test.each(['[[[', '{"a":[{', '["\\\\",[[', '[],[[['])('is more than two: %s', (text) => {
    expect(scan(text)).toBe('too deep');
  });
});

describe('numbers', () => {
  test.each(['12', '[1.5, -3, true, false]', '{"1e400":"1e400"}', '9'.repeat(308), '["9",9]'])(
    'are none that overflow: %s',
    (text) => {
      expect(scan(text)).toBeUndefined();
    },
  );

  test.each(Array.from({ length: 310 }, (_, before) => before))(
    'may overflow with 309 digits behind %i bytes',
    (before) => {
      expect(scan(`"${' '.repeat(before)}"${'9'.repeat(309)}`)).toBe('may overflow');
    },
  );

  test.each([
    '1e400',
    '[1E2]',
    '{"a":1.5e+3}',
    '9'.repeat(309),
    `[${'9'.repeat(309)}]`,
    `-${'9'.repeat(309)}.5`,
    `[${'0,'.repeat(400)}${'9'.repeat(309)}]`,
    // A false alarm: the parser's value is looked over, and found well.
    `["${'9'.repeat(400)}"]`,
  ])('may overflow: %s', (text) => {
    expect(scan(text)).toBe('may overflow');
  });
});
