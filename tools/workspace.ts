import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = dirname(dirname(fileURLToPath(import.meta.url)));

/** The parts of a package.json that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: unknown;
}

/**
 * Development dependencies whose code the build puts into the package that imports them, so that its users load no
 * files of theirs. A release of ours brings their fixes: see docs/decisions/028.
 */
export const inlined: ReadonlySet<string> = new Set(['find-my-way', 'secure-json-parse']);

/** A folder with a package.json. `folder` is relative to the root, with forward slashes. */
export interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Files below `folder`, relative to the root with forward slashes; never what is installed, built or hidden. */
export function filesBelow(folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const child = toSlashes(relative(root, join(path, entry.name)));
    if (/^(\.|node_modules$|dist$)/.test(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(child) : [child];
  });
}

/** Every package below `packages`, `examples`, `bench` and `proof`; what the bench compares with is no package of ours. */
export function workspacePackages(): Package[] {
  return ['packages', 'examples', 'bench', 'proof']
    .flatMap(filesBelow)
    .filter((file) => file.endsWith('package.json') && !file.startsWith('bench/rivals/'))
    .map((file) => ({ folder: dirname(file), manifest: readManifest(file) }));
}

/** The packages that users install. */
export function publishedPackages(): Package[] {
  return workspacePackages().filter(({ manifest }) => manifest.private !== true);
}

/** The package in whose folder a file lies. */
export function ownerOf(file: string, packages: readonly Package[]): Package | undefined {
  return packages.find(({ folder }) => file.startsWith(`${folder}/`));
}

/** What is shipped, in contrast to tests and their helpers. */
export function isSource(file: string, { folder }: Package): boolean {
  return file.startsWith(`${folder}/src/`) && !/\.test(-d)?\.ts$/.test(file);
}

/** `@scope/name/path` → `@scope/name`; `name/path` → `name`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
}

function toSlashes(path: string): string {
  return path.split(sep).join('/');
}
