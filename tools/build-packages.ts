import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from './bundle.ts';
import { tsc } from './run.ts';
import { filesBelow, isSource, type Package, publishedPackages, root } from './workspace.ts';

/** What tsc remembers of its last run. */
const memory = '.tsbuildinfo';

/**
 * Writes the `dist` of every published package: the declarations with tsc, the JavaScript as one file for each
 * entry. Leaves nothing else there, and what has not changed untouched. Throws with what is wrong.
 */
export async function buildPackages(): Promise<void> {
  const packages = publishedPackages();
  // What tsc remembers to have written it does not write again, even when it is gone.
  for (const each of packages)
    if (missingDeclarations(each).length > 0) rmSync(inDist(each, memory), { force: true });
  const { ok, output } = await tsc('-b', 'tsconfig.build.json');
  if (!ok) throw new Error(output.trim());
  const missing = packages.flatMap(missingDeclarations);
  if (missing.length > 0)
    throw new Error(
      `tsc wrote no ${missing[0]}: is the package in the references of tsconfig.build.json?`,
    );
  await Promise.all(packages.map(writeBundle));
}

async function writeBundle(from: Package): Promise<void> {
  const files = await bundle(from);
  for (const [file, text] of files) writeChanged(inDist(from, file), text);
  const written = new Set([memory, ...declarations(from), ...files.keys()]);
  const folder = join(root, from.folder, 'dist');
  removeOthers(folder, '', written);
}

/** The declarations of a package, as paths in `dist`. */
function declarations(from: Package): string[] {
  return filesBelow(`${from.folder}/src`)
    .filter((file) => isSource(file, from) && file.endsWith('.ts'))
    .map((file) => file.slice(`${from.folder}/src/`.length).replace(/\.ts$/, '.d.ts'))
    .flatMap((file) => [file, `${file}.map`]);
}

function missingDeclarations(from: Package): string[] {
  return declarations(from)
    .filter((file) => !existsSync(inDist(from, file)))
    .map((file) => `${from.folder}/dist/${file}`);
}

/** A file that stays as it is may be read meanwhile, and looks unchanged to whoever compares times. */
function writeChanged(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Removes what is not among `kept`, and folders that this leaves empty: what an earlier build wrote, or another one. */
function removeOthers(folder: string, prefix: string, kept: ReadonlySet<string>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) removeOthers(path, `${name}/`, kept);
    const goes = entry.isDirectory() ? readdirSync(path).length === 0 : !kept.has(name);
    if (goes) rmSync(path, { recursive: true });
  }
}

function inDist({ folder }: Package, file: string): string {
  return join(root, folder, 'dist', file);
}
