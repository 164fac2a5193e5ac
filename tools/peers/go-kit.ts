// `npm run go-kit` builds Go kit's own addsvc and addcli, the oracles of the interop tests.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMet } from './requirement.ts';

/** The last release of Go kit that has its examples inside. */
const version = 'v0.10.0';
const folder = fileURLToPath(
  new URL(`../../node_modules/.cache/go-kit-${version}`, import.meta.url),
);
const programs = ['addsvc', 'addcli'] as const;

/** Where Go kit's programs are. */
export const goKit = {
  addsvc: join(folder, 'addsvc'),
  addcli: join(folder, 'addcli'),
};

/** Whether Go kit's programs have been built on this machine. */
export function hasGoKit(): boolean {
  const built = programs.every((program) => existsSync(goKit[program]));
  return isMet('interop with Go kit', built, 'install Go 1.22 or newer, then `npm run go-kit`');
}

function build(): number {
  const packages = programs.map(
    (program) => `github.com/go-kit/kit/examples/addsvc/cmd/${program}@${version}`,
  );
  const { error, status } = spawnSync('go', ['install', ...packages], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' },
    stdio: 'inherit',
  });
  if (error !== undefined)
    console.error(`cannot run go: install Go 1.22 or newer (${error.message})`);
  return status ?? 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = build();
