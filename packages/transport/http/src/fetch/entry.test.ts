import { fileURLToPath } from 'node:url';
import { runToEnd } from '@fairlead/peers/process';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../test/bare-host.ts', import.meta.url));

it('@fairlead/http/fetch needs no module of Node and no Buffer', { timeout: 30_000 }, async () => {
  const flags = ['--import', 'tsx', '--conditions=@fairlead/source'];
  const { code, stdout, stderr } = await runToEnd(process.execPath, [...flags, program]);
  expect(code, stderr).toBe(0);
  expect(stdout.split('\n')).toEqual(['200 {"v":3}', expect.stringMatching(/^400 .*JSON/), '']);
});
