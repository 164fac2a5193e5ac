import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** What a program of `test/` prints. It is killed, and the test fails, where it does not end by itself. */
async function output(program: string): Promise<string> {
  const script = fileURLToPath(new URL(`../../test/${program}`, import.meta.url));
  const args = ['--import', 'tsx', '--conditions=@fairlead/source', script];
  const options = { timeout: 25_000, cwd: fileURLToPath(new URL('../..', import.meta.url)) };
  return (await promisify(execFile)(process.execPath, args, options)).stdout;
}

describe('a process that serves routes', { timeout: 30_000 }, () => {
  it('comes to its first answer, and ends by itself', async () => {
    expect(await output('first-answer.ts')).toBe('hello Ada');
  });

  it('never loads the client of HTTP, which takes longer than all else, unless it calls', async () => {
    expect(JSON.parse(await output('serves-only.ts'))).toEqual({
      answer: 'HTTP/1.1 200 OK',
      router: true,
      undici: [],
    });
  });
});
