// Makes a fresh clone ready: every `npm` command of this repository runs it first.
// Needs Node and npm alone; quick when nothing changed. Plain JavaScript: it runs before anything is installed.
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { pinnedPnpm, root, runPnpm } from './pnpm.mjs';

const oldestNode = [20, 19];

function say(message) {
  process.stderr.write(`fairlead: ${message}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}

function requireNode([minMajor, minMinor]) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < minMajor || (major === minMajor && minor < minMinor)) {
    fail(
      `Node ${process.versions.node} is too old. Install Node ${minMajor}.${minMinor} or newer, then repeat the command.`,
    );
  }
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** pnpm writes a copy of the lockfile into node_modules when an install has completed. */
function isInstalled() {
  const wanted = read(join(root, 'pnpm-lock.yaml'));
  return wanted !== undefined && wanted === read(join(root, 'node_modules/.pnpm/lock.yaml'));
}

const remedies = `the set-up failed; the reason is printed above. Usual reasons and remedies:
  no network, or a proxy      connect, or name your registry: npm config set registry <url>; then repeat the command
  a changed package.json      npm run pnpm install   (and commit pnpm-lock.yaml)
  a damaged node_modules      remove the folder, then repeat the command`;

function install() {
  say(`installing the dependencies with ${pinnedPnpm()}`);
  // The purge is of node_modules that another package manager left behind; there may be no terminal to ask.
  return (
    runPnpm(['install', '--frozen-lockfile', '--config.confirmModulesPurge=false']).status === 0
  );
}

requireNode(oldestNode);
if (!isInstalled()) {
  // One lock per user, not per clone: npx shares one folder, and two of it at once damage that.
  const lock = join(tmpdir(), `fairlead-setup-${process.getuid?.() ?? 'user'}.lock`);
  const done = withLock(lock, () => isInstalled() || install(), {
    onWait: () => say('waiting for another set-up to finish'),
  });
  if (!done) fail(remedies);
}
