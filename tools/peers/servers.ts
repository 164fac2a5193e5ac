// `npm run servers` fetches the servers that the tests run against, from Debian's packages.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMet } from './requirement.ts';

/** Each program, its package, and the Debian release that has it. */
const programs = {
  consul: { package: 'consul', suite: 'bullseye' },
  etcd: { package: 'etcd-server', suite: 'trixie' },
  prometheus: { package: 'prometheus', suite: 'bookworm' },
  promtool: { package: 'prometheus', suite: 'bookworm' },
} as const;

/** A server that tests start as a process. */
export type ServerName = keyof typeof programs;

const folder = fileURLToPath(
  new URL('../../node_modules/.cache/debian-servers-1', import.meta.url),
);

/** Where the program is: what `npm run servers` fetched, else what the `PATH` has. */
export function findServer(name: ServerName): string | undefined {
  const path = process.env['PATH']?.split(delimiter) ?? [];
  return [join(folder, 'usr/bin'), ...path]
    .map((place) => join(place, name))
    .find((file) => existsSync(file));
}

/** Whether the server can be started on this machine; see {@link isMet}. */
export function hasServer(name: ServerName): boolean {
  const remedy = `run \`npm run servers\`, or put ${name} on the PATH`;
  return isMet(`a real ${name}`, findServer(name) !== undefined, remedy);
}

/** The program's file, or an error that says how to get it. */
export function serverProgram(name: ServerName): string {
  const file = findServer(name);
  if (file === undefined) throw new Error(`${name} is not installed: run \`npm run servers\``);
  return file;
}

/** Runs a program of apt's to its end; returns what it wrote. */
function run(command: string, args: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
  });
  if (error !== undefined || status !== 0) {
    throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`);
  }
  return stdout;
}

/** The mirror that this machine's own apt uses. */
function debianMirror(): string {
  const mirrors = run('apt-get', ['indextargets', '--format', '$(REPO_URI)']).split('\n');
  const mirror = mirrors.find((uri) => /\/debian\/?$/.test(uri));
  if (mirror === undefined) throw new Error('the apt of this machine has no mirror of Debian');
  return mirror;
}

/** Unpacks the packages without installing them: no root, no service, no change to apt's sources. */
function fetchServers(): void {
  rmSync(folder, { recursive: true, force: true });
  for (const place of ['apt/lists/partial', 'apt/archives/partial']) {
    mkdirSync(join(folder, place), { recursive: true });
  }
  const mirror = debianMirror();
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const suites = [...new Set(Object.values(programs).map(({ suite }) => suite))];
  const sources = suites.map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
  writeFileSync(join(folder, 'apt/sources.list'), sources.join(''));
  const settings = {
    'Dir::Etc::SourceList': join(folder, 'apt/sources.list'),
    'Dir::Etc::SourceParts': '-',
    'Dir::State::Lists': join(folder, 'apt/lists'),
    'Dir::Cache': join(folder, 'apt'),
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::Retries': '3',
    'APT::Sandbox::User': '',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  run('apt-get', [...options, '--error-on=any', 'update']);
  const packages = new Set(
    Object.values(programs).map((entry) => `${entry.package}/${entry.suite}`),
  );
  for (const name of packages) run('apt-get', [...options, 'download', name]);
  for (const file of run('sh', ['-c', 'ls ./*.deb']).trim().split('\n')) {
    run('dpkg-deb', ['--extract', file, '.']);
    rmSync(join(folder, file));
  }
  rmSync(join(folder, 'apt'), { recursive: true });
}

function main(): number {
  const fetched = Object.keys(programs).every((name) => existsSync(join(folder, 'usr/bin', name)));
  if (fetched) return 0;
  try {
    mkdirSync(folder, { recursive: true });
    fetchServers();
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(
      'Without Debian: install Consul 1.8, etcd 3.4 and Prometheus 2.40, or newer, on the PATH.',
    );
    return 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main();
