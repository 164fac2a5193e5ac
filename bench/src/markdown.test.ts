import { expect, test } from 'vitest';
import { markdownTable, replaceBetween } from './markdown.ts';

test('a table has columns of one width, text to the left and figures to the right', () => {
  const rows = [['a', '1'], ['longer', '12345'], ['one cell is missing']];
  expect(markdownTable(['', 'ms'], rows).split('\n')).toEqual([
    '|                     |    ms |',
    '| ------------------- | ----: |',
    '| a                   |     1 |',
    '| longer              | 12345 |',
    '| one cell is missing |       |',
  ]);
});

test('what is between markers is replaced, and nothing else', () => {
  const text = 'a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb';
  const replaced = replaceBetween(text, 'bench:x', 'new');
  expect(replaced).toBe('a\n<!-- bench:x -->\nnew\n<!-- /bench:x -->\nb');
  expect(() => replaceBetween(text, 'bench:y', 'new')).toThrow('bench:y');
});
