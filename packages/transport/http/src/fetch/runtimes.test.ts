import { fileURLToPath } from 'node:url';
import { runToEnd } from '@fairlead/peers/process';
import { hasRuntime, runtimeProgram, runtimes } from '@fairlead/peers/runtimes';
import { describe, expect, it } from 'vitest';

const suite = fileURLToPath(new URL('../../test/fetch-host.ts', import.meta.url));

describe.each(['bun', 'deno'] as const)('fetchHandler on %s', (name) => {
  it.runIf(hasRuntime(name))('does what every transport does', { timeout: 60_000 }, async () => {
    const { flags } = runtimes[name];
    const { code, stdout, stderr } = await runToEnd(runtimeProgram(name), [...flags, suite]);
    expect(code, stderr).toBe(0);
    const { cases, failures } = JSON.parse(stdout);
    expect(failures).toEqual([]);
    expect(cases).toBeGreaterThan(40);
  });
});
