import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../test/leaves-nothing.ts', import.meta.url));

describe('a process whose server and client are closed', () => {
  it('ends by itself, with no handle left and no rejection unhandled', async () => {
    const args = ['--import', 'tsx', '--conditions=@fairlead/source', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(stdout).toBe(
      'rejected,rejected,rejected,rejected\n14 UNAVAILABLE: the server is shutting down\nleft: nothing\n',
    );
  }, 25_000);
});
