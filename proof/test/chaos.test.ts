import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runToEnd } from '@fairlead/peers/process';
import { expect, it, vi } from 'vitest';

// Real processes on a machine with other work.
vi.setConfig({ testTimeout: 120_000 });

const program = [
  '--import=tsx',
  '--conditions=@fairlead/source',
  fileURLToPath(new URL('../src/chaos/main.ts', import.meta.url)),
];

it.each([
  ['kill', 'http'],
  ['rolling', 'grpc'],
])(
  '%s over %s: no idempotent call fails, nothing is executed twice',
  async (scenario, transport) => {
    const flags = ['--registry=memory', `--scenario=${scenario}`, `--transport=${transport}`];
    const { code, stdout, stderr } = await runToEnd(process.execPath, [
      ...program,
      ...flags,
      '--seconds=4',
      '--json',
    ]);
    const report: unknown = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(report).toMatchObject({
      scenario,
      transport,
      sent: 800,
      failed: { idempotent: 0 },
      duplicates: 0,
      ok: true,
    });
    expect(code).toBe(0);
    expect(stdout).toContain(`✓ ${scenario}`);
    expect(stderr).toContain(scenario);
  },
);

it('SIGINT ends everything that was started', async () => {
  const child = spawn(process.execPath, [...program, '--seconds=60'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Not before the last instance is gone, too: each writes to the same stderr.
  const closed = once(child, 'close');
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await expect.poll(() => stderr, { timeout: 60_000 }).toContain('before');
  child.kill('SIGINT');
  expect(await closed).toEqual([130, null]);
  expect(stdout).toContain('interrupted; everything that was started has ended');
});
