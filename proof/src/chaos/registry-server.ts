import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startConsul } from '@fairlead/peers/consul';
import { startEtcd } from '@fairlead/peers/etcd';
import type { RegistryKind } from './options.ts';
import type { RegistryPlace } from './registry.ts';

/** A registry that can be treated badly. */
export interface RegistryServer extends AsyncDisposable {
  readonly place: RegistryPlace;
  /** Nobody can read it or write to it. */
  goDown(): Promise<void>;
  /** It is back, with what it knew. */
  comeBack(): Promise<void>;
  /** It is there, and knows nobody. */
  forget(): Promise<void>;
}

/** Starts the registry of a run; `folder` is for the one in a directory. */
export async function startRegistry(kind: RegistryKind, folder: string): Promise<RegistryServer> {
  if (kind === 'memory') return await startDirectory(join(folder, 'registry'));
  const server = kind === 'consul' ? await startConsul() : await startEtcd();
  return {
    place: { kind, at: server.url },
    goDown: () => server.kill(),
    comeBack: () => server.restart(),
    forget: () => server.restart({ keepData: false }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function startDirectory(path: string): Promise<RegistryServer> {
  await mkdir(path);
  const aside = `${path}.aside`;
  return {
    place: { kind: 'memory', at: path },
    async goDown() {
      await rename(path, aside);
      // In its place something that is no directory, which nobody can make one there either.
      await writeFile(path, '');
    },
    async comeBack() {
      await rm(path);
      await rename(aside, path);
    },
    async forget() {
      for (const name of await readdir(path, { recursive: true })) {
        if (name.endsWith('.json')) await rm(join(path, name), { force: true });
      }
    },
    // The folder is its owner's.
    [Symbol.asyncDispose]: async () => {},
  };
}
