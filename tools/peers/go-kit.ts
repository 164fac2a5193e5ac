// `npm run go-kit` builds Go kit's own examples, the oracles of the interop tests.
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
const programs = {
  addsvc: 'addsvc/cmd/addsvc',
  addcli: 'addsvc/cmd/addcli',
  apigateway: 'apigateway',
} as const;

/** Where Go kit's programs are. */
export const goKit = {
  addsvc: join(folder, 'addsvc'),
  addcli: join(folder, 'addcli'),
  /** Discovers `addsvc` in Consul and calls it by gRPC. */
  apigateway: join(folder, 'apigateway'),
  /** Registers a key in etcd, or prints what is below a prefix: a program of ours around Go kit's `sd/etcdv3`. */
  etcdv3: join(folder, 'etcdv3'),
};

/** Whether Go kit's programs have been built on this machine. */
export function hasGoKit(): boolean {
  const built = Object.values(goKit).every((file) => existsSync(file));
  return isMet('interop with Go kit', built, 'install Go 1.22 or newer, then `npm run go-kit`');
}

function build(): number {
  const packages = Object.values(programs).map(
    (path) => `github.com/go-kit/kit/examples/${path}@${version}`,
  );
  const own = fileURLToPath(new URL('go-kit-etcdv3', import.meta.url));
  return (
    go(['install', ...packages], { GOBIN: folder, GOFLAGS: '-mod=mod' }) ||
    go(['build', '-C', own, '-o', goKit.etcdv3, '.'], { GOFLAGS: '-mod=readonly' })
  );
}

function go(args: readonly string[], env: Readonly<Record<string, string>>): number {
  const { error, status } = spawnSync('go', args, {
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  if (error !== undefined)
    console.error(`cannot run go: install Go 1.22 or newer (${error.message})`);
  return status ?? 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = build();
