import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

it('is the first service of the README', () => {
  expect(read('../../../README.md')).toContain(`\`\`\`ts\n${read('../src/hello.ts')}\`\`\``);
});
