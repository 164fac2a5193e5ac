import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const flags = ['--import', 'tsx', '--conditions=@fairlead/source'];

/** Runs a script of its own, which is killed, so that the test fails, where it does not end by itself. */
async function run(script: string, count: number, timeoutMs: number) {
  const options = { timeout: timeoutMs, cwd: fileURLToPath(new URL('..', import.meta.url)) };
  const args = [...flags, `test/${script}`, String(count)];
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return JSON.parse(stdout);
}

it('twenty thousand calls under one signal leave no listener, no handle and no memory behind', {
  timeout: 60_000,
}, async () => {
  const { wrong, listeners, grown, resources } = await run('soak.ts', 20_000, 50_000);
  expect({ wrong, listeners, resources }).toEqual({ wrong: 0, listeners: 0, resources: [] });
  // Ten thousand calls that each left 100 bytes would leave a megabyte.
  expect(grown).toBeLessThan(1_000_000);
});

it('a million messages, as lines, as events and as requests, hold no memory on their way', {
  timeout: 180_000,
}, async () => {
  const { wrong, grown, resources } = await run('stream-soak.ts', 1_000_000, 170_000);
  expect({ wrong, resources }).toEqual({ wrong: 0, resources: [] });
  // Eight hundred thousand messages that each left 10 bytes would leave eight megabytes.
  expect(grown).toBeLessThan(4_000_000);
});
