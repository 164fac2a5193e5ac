// Runs pnpm at the version that package.json names, whatever is on the PATH: `npm run pnpm -- add …`.
// Plain JavaScript without dependencies: the set-up uses it before anything is installed.
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Without a network npm's own waits between attempts add up to more than a minute of silence.
const npxFlags = [
  '--yes',
  '--prefer-offline',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=4000',
];

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
  const done = spawnSync(isWindows ? 'npx.cmd' : 'npx', [...npxFlags, pinnedPnpm(), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: isWindows,
    ...options,
  });
  if (done.error !== undefined) {
    process.stderr.write(
      `fairlead: npx cannot be started (${done.error.message}). It comes with npm: put it on the PATH, or install Node again.\n`,
    );
  }
  return done;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = runPnpm(process.argv.slice(2), { stdio: 'inherit' }).status ?? 1;
}
