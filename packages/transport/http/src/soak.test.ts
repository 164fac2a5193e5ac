import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../test/soak.ts', import.meta.url));
const flags = ['--expose-gc', '--import', 'tsx', '--conditions=@fairlead/source'];

it('twenty thousand calls under one signal leave no listener, no handle and no memory behind', {
  timeout: 60_000,
}, async () => {
  // The process is killed, and the test fails, where it does not end by itself.
  const options = { timeout: 50_000, cwd: fileURLToPath(new URL('..', import.meta.url)) };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, script, '20000'],
    options,
  );
  const { wrong, listeners, grown, resources } = JSON.parse(stdout);
  expect({ wrong, listeners, resources }).toEqual({ wrong: 0, listeners: 0, resources: [] });
  // Ten thousand calls that each left 100 bytes would leave a megabyte.
  expect(grown).toBeLessThan(1_000_000);
});
