// Makes a fresh clone ready: every `npm` command of this repository runs it first.
// Needs Node and npm alone; quick when nothing changed. Plain JavaScript: it runs before anything is installed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { pinnedPnpm, root, runPnpm } from './pnpm.mjs';

const oldestNode = [20, 19];
/** Holds the fingerprint of the last set-up that succeeded. */
const stamp = 'node_modules/.fairlead-setup';

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

function read(file) {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Of what the lockfile asks for and of pnpm's own record of what it installed. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'node_modules/.pnpm/lock.yaml']) hash.update(read(file));
  return hash.digest('hex');
}

function isInstalled() {
  return read(stamp) === fingerprint();
}

const remedies = `the set-up failed; the reason is printed above. Usual reasons and remedies:
  no network, or a proxy      connect, or name your registry: npm config set registry <url>; then repeat the command
  a changed package.json      npm run pnpm install   (and commit pnpm-lock.yaml)
  a damaged node_modules      remove the folder, then repeat the command`;

function install() {
  say(`installing the dependencies with ${pinnedPnpm()}`);
  // What is purged is a node_modules that another package manager left; there may be no terminal to ask.
  const purge = '--config.confirmModulesPurge=false';
  // To the terminal's stderr: the output of the command that needed the set-up may be read by a program.
  const stdio = ['ignore', 2, 'inherit'];
  if (runPnpm(['install', '--frozen-lockfile', purge], { stdio }).status !== 0) return false;
  writeFileSync(join(root, stamp), fingerprint());
  return true;
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
