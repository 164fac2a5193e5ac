import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('streams lines and events out, and lines in, and ends by itself', {
  timeout: 30_000,
}, async () => {
  const args = ['--import', 'tsx', '--conditions=@fairlead/source', 'src/demo.ts'];
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 25_000 });
  expect(stdout.trim().split('\n')).toEqual([
    'line 1 101',
    'line 2 102',
    'line 3 103',
    'event 4 104',
    'event 5 105',
    '{ count: 1000, volume: 500500 }',
  ]);
});
