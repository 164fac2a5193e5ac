import { readFileSync } from 'node:fs';
import { codes, isRetryableByDefault } from '@fairlead/endpoint';
import { statusOfCode } from '@fairlead/grpc';
import { statusOf } from '@fairlead/http';
import { jsonrpcCodeOf } from '@fairlead/jsonrpc';
import { expect, it } from 'vitest';

it('has the table of the code', () => {
  const rows = codes.map((code) => {
    const retryable = isRetryableByDefault(code) ? 'yes' : 'no';
    const numbers = [statusOf(code), statusOfCode(code), jsonrpcCodeOf(code)];
    return `| \`${code}\` | ${numbers.join(' | ')} | ${retryable} |\n`;
  });
  const document = readFileSync(new URL('./errors.md', import.meta.url), 'utf8');
  expect(document).toContain(rows.join(''));
});
