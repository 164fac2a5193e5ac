import { fileURLToPath } from 'node:url';
import { runToEnd } from '@fairlead/peers/process';
import { expect, it, vi } from 'vitest';

// Real processes on a machine with other work.
vi.setConfig({ testTimeout: 240_000 });

const program = [
  '--import=tsx',
  '--conditions=@fairlead/source',
  fileURLToPath(new URL('../src/rolling/main.ts', import.meta.url)),
];

it('no call is lost while every instance is replaced, without retries', async () => {
  const flags = ['--rounds=1', '--instances=2', '--rate=12', '--json'];
  const { code, stdout } = await runToEnd(process.execPath, [...program, ...flags]);
  const report: unknown = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(report, stdout).toMatchObject({ restarts: 2, failed: 0, ok: true });
  expect(report).toMatchObject({ loads: expect.objectContaining({ length: 12 }) });
  expect(stdout).toContain('✓ 2 restarts');
  expect(code).toBe(0);
});

it('says what is wrong with its flags', async () => {
  const { code, stderr } = await runToEnd(process.execPath, [...program, '--rounds=none']);
  expect(code).toBe(1);
  expect(stderr).toContain('--rounds must be a whole number from 1 to 1000, but is "none"');
});
