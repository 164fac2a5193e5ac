// `npm run runtimes` installs Bun and Deno, the other hosts that fetch handlers are tested on.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMet } from './requirement.ts';

/** What a runtime is run with, to understand the sources of this repository. */
export const runtimes = {
  bun: { version: '1.4.5', flags: ['--conditions=@fairlead/source'] },
  deno: { version: '2.9.6', flags: ['run', '--allow-all', '--conditions=@fairlead/source'] },
} as const;

export type RuntimeName = keyof typeof runtimes;

const names: readonly RuntimeName[] = ['bun', 'deno'];
const folder = fileURLToPath(new URL('../../node_modules/.cache/runtimes', import.meta.url));

/** Where a runtime's program is. */
export function runtimeProgram(name: RuntimeName): string {
  return join(folder, `${name}-${runtimes[name].version}`, 'node_modules/.bin', name);
}

/** Whether a runtime has been installed on this machine. */
export function hasRuntime(name: RuntimeName): boolean {
  return isMet(`a test on ${name}`, existsSync(runtimeProgram(name)), '`npm run runtimes`');
}

/** Installs it, and runs it once: both put their program in place no earlier. */
function install(name: RuntimeName): boolean {
  const { version } = runtimes[name];
  const prefix = join(folder, `${name}-${version}`);
  mkdirSync(prefix, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--no-save'];
  const args = ['install', '--prefix', prefix, ...quiet, `${name}@${version}`];
  const isInstalled = spawnSync('npm', args, { stdio: 'inherit' }).status === 0;
  return isInstalled && spawnSync(runtimeProgram(name), ['--version']).status === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const missing = names.filter((name) => !existsSync(runtimeProgram(name)) && !install(name));
  if (missing.length > 0) console.error(`cannot install ${missing.join(' and ')}`);
  process.exitCode = missing.length > 0 ? 1 : 0;
}
