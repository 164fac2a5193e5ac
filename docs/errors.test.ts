import { readFileSync } from 'node:fs';
import { codes, isRetryableByDefault } from '@fairlead/endpoint';
import { statusOfCode } from '@fairlead/grpc';
import { statusOf } from '@fairlead/http';
import { expect, it } from 'vitest';

it('has the table of the code', () => {
  const rows = codes.map((code) => {
    const retryable = isRetryableByDefault(code) ? 'yes' : 'no';
    return `| \`${code}\` | ${statusOf(code)} | ${statusOfCode(code)} | ${retryable} |\n`;
  });
  const document = readFileSync(new URL('./errors.md', import.meta.url), 'utf8');
  expect(document).toContain(rows.join(''));
});
