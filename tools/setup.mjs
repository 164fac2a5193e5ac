// Makes a fresh clone ready: every `npm` command of this repository runs it first.
// Needs Node and npm alone; quick when nothing changed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function fail(message) {
  process.stderr.write(`\nfairlead: ${message}\n`);
  process.exit(1);
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function requireNode(minMajor, minMinor) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < minMajor || (major === minMajor && minor < minMinor)) {
    fail(`Node ${process.versions.node} is too old: install Node ${minMajor}.${minMinor} or newer.`);
  }
}

/** pnpm writes a copy of the lockfile into node_modules when an install has completed. */
function isInstalled() {
  const wanted = read(join(root, 'pnpm-lock.yaml'));
  return wanted !== undefined && wanted === read(join(root, 'node_modules/.pnpm/lock.yaml'));
}

function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  process.stderr.write(`fairlead: installing dependencies with ${packageManager} (once)\n`);
  const command = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  const { status } = spawnSync(
    command,
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' },
  );
  if (status !== 0) {
    fail('the set-up failed; the reason is printed above. Is the npm registry reachable?');
  }
}

requireNode(20, 19);
if (!isInstalled()) install();
