import { expect, test } from 'vitest';
import { firstMissing, promisedOutput } from './document-blocks.ts';

test('promised texts are read from the comments', () => {
  const code = 'console.log(1); // => 1\nf(); // not a promise\nconsole.log(x);\n// => two words';
  expect(promisedOutput({ code })).toEqual(['1', 'two words']);
});

test('promised texts are found in their order', () => {
  expect(firstMissing(['a', 'b'], 'a\nnoise\nb\n')).toBeUndefined();
  expect(firstMissing(['a', 'b'], 'b\na\n')).toBe('b');
  expect(firstMissing(['a', 'a'], 'a\n')).toBe('a');
});
