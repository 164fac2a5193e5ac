import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SubjectName } from './options.ts';

const compared: readonly SubjectName[] = [
  'http-server',
  'production',
  'http-client',
  'grpc',
  'startup',
  'types',
];
const folder = fileURLToPath(new URL('../rivals/', import.meta.url));
const pnpm = fileURLToPath(new URL('../../tools/pnpm.mjs', import.meta.url));
const stamp = `${folder}node_modules/.installed`;

/** Installs what some subjects compare with, where it is not there yet: the set-up of the repository does not. */
export function installRivals(subjects: readonly SubjectName[]): void {
  if (!subjects.some((name) => compared.includes(name)) || isInstalled()) return;
  process.stderr.write('installing what is compared with, below bench/rivals …\n');
  const args = [pnpm, '--dir', folder, 'install', '--frozen-lockfile'];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 2, 'inherit'] });
  if (status !== 0)
    throw new Error(
      'bench/rivals was not installed; the reason is printed above. Without a network, measure what needs none: --only chain',
    );
  writeFileSync(stamp, lockfile());
}

function isInstalled(): boolean {
  try {
    return readFileSync(stamp, 'utf8') === lockfile();
  } catch {
    return false;
  }
}

function lockfile(): string {
  return readFileSync(`${folder}pnpm-lock.yaml`, 'utf8');
}
