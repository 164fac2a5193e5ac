import { expect, test } from 'vitest';
import { markdownBlocks } from './markdown-blocks.ts';

test('a block carries its language, its flags and the line where its code starts', () => {
  expect(markdownBlocks('text\n\n```ts no-run\na();\nb();\n```\nmore')).toEqual([
    { language: 'ts', flags: ['no-run'], line: 4, code: 'a();\nb();' },
  ]);
});

test('a block in a list loses its indentation', () => {
  const [block] = markdownBlocks('- item\n  ```ts\n  if (x) {\n    y();\n  }\n  ```');
  expect(block?.code).toBe('if (x) {\n  y();\n}');
});

test('a longer fence holds shorter ones', () => {
  const blocks = markdownBlocks('````md\n```ts\ninner();\n```\n````\n```sh\nls\n```');
  expect(blocks.map(({ language }) => language)).toEqual(['md', 'sh']);
});

test('a block that is never closed runs to the end', () => {
  expect(markdownBlocks('```ts\na();')).toMatchObject([{ code: 'a();' }]);
});
