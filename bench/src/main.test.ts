import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the command builds, measures and ends', { timeout: 60_000 }, async () => {
  const command = ['run', '--silent', 'bench', '--', '--quick', '--json', '--only', 'chain'];
  const { stdout } = await promisify(execFile)('npm', command, { cwd: root, env: withoutVitest() });
  const { sections, machine } = JSON.parse(stdout);
  expect(machine.cpu).not.toBe('');
  expect(sections).toHaveLength(1);
  expect(sections[0]).toMatchObject({ subject: 'chain', node: process.versions.node });
  for (const { rounds, median, min, max } of sections[0].lines) {
    expect(rounds).toHaveLength(5);
    expect(rounds.every(Number.isFinite)).toBe(true);
    expect(min <= median && median <= max).toBe(true);
  }
});

/** What Vitest tells Node through the environment is not for the processes that are measured. */
function withoutVitest(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_ENV: __, NODE24: ___, ...env } = process.env;
  return env;
}
