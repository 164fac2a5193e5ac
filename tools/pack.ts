import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, runNode } from './run.ts';
import { type Package, publishedPackages } from './workspace.ts';

export interface Tarball {
  readonly package: Package;
  readonly path: string;
}

/** Packs what a release would publish into `folder`. Needs a finished build. */
export async function packAll(folder: string): Promise<Tarball[]> {
  mkdirSync(folder, { recursive: true });
  const { ok, output } = await runNode('tools/pnpm.mjs', [
    '--filter',
    './packages/**',
    'pack',
    '--pack-destination',
    folder,
  ]);
  if (!ok) throw new Error(`pnpm pack failed:\n${output}`);
  return publishedPackages().map((published) => {
    const { name, version } = published.manifest;
    const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    return { package: published, path: join(folder, file) };
  });
}

/** The files of a tarball, without the `package/` that each starts with. */
export async function packedFiles({ path }: Tarball): Promise<string[]> {
  const { stdout } = await run('tar', ['-tzf', path]);
  return stdout
    .trim()
    .split('\n')
    .map((file) => file.replace(/^package\//, ''));
}

export async function packedFile({ path }: Tarball, file: string): Promise<string> {
  return (await run('tar', ['-xzOf', path, `package/${file}`])).stdout;
}
