import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../test/first-answer.ts', import.meta.url));

it('a process that serves routes comes to its first answer, and ends by itself', {
  timeout: 30_000,
}, async () => {
  const args = ['--import', 'tsx', '--conditions=@fairlead/source', script];
  const options = { timeout: 25_000, cwd: fileURLToPath(new URL('..', import.meta.url)) };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  expect(stdout).toBe('hello Ada');
});
