// Runs pnpm at the version that package.json names, whatever is on the PATH: `npm run pnpm -- add …`.
// Plain JavaScript without dependencies: the set-up uses it before anything is installed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The pinned package manager, for example `pnpm@12.0.0`. */
export function pinnedPnpm() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
}

/**
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options] default: the terminal's output, no input
 */
export function runPnpm(args, options = {}) {
  const isWindows = process.platform === 'win32';
  return spawnSync(
    isWindows ? 'npx.cmd' : 'npx',
    ['--yes', '--prefer-offline', pinnedPnpm(), ...args],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: isWindows,
      ...options,
    },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = runPnpm(process.argv.slice(2), { stdio: 'inherit' }).status ?? 1;
}
