import { fileURLToPath } from 'node:url';
import { runToEnd } from '@fairlead/peers/process';
import { adaptiveLimit } from '@fairlead/ratelimit';
import { expect, test } from 'vitest';
import { simulateOverload } from '../src/simulate/overload.ts';

const effort = { seconds: 8, seed: 1 };

test('at five times its capacity a server that sheds serves as much as it can, in time, and recovers', () => {
  const { unloaded, full, overloaded, after, recoverySeconds } = simulateOverload(
    () => adaptiveLimit(),
    effort,
  );
  expect(full.goodput).toBeGreaterThan(1600 * 0.9);
  expect(overloaded.goodput).toBeGreaterThan(0.9 * full.goodput);
  expect(overloaded.p99).toBeLessThan(3 * unloaded.p99);
  expect(recoverySeconds).toBeLessThan(10);
  expect(after.goodput).toBeGreaterThan(800 * 0.95);
}, 60_000);

test('one that takes all that comes serves next to nobody in time, and does not recover', () => {
  const { full, overloaded, recoverySeconds } = simulateOverload(() => undefined, effort);
  expect(overloaded.goodput).toBeLessThan(0.3 * full.goodput);
  expect(recoverySeconds).toBeGreaterThan(7);
}, 60_000);

test('the command loads a real server, and says what became of its calls', async () => {
  const program = fileURLToPath(new URL('../src/chaos/main.ts', import.meta.url));
  const { code, stdout, stderr } = await runToEnd(process.execPath, [
    '--import=tsx',
    '--conditions=@fairlead/source',
    program,
    ...['--scenario', 'overload', '--seconds=2', '--json'],
  ]);
  // What a machine with other work can do is not asked of it: that is the simulation's part.
  const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(code).toBe(report.ok ? 0 : 1);
  expect(report).toMatchObject({ transport: 'http', work: 'wait', protection: 'adaptive' });
  expect(report.unloaded.goodput).toBeGreaterThan(0);
  expect(stderr).toContain('overloaded');
}, 120_000);
