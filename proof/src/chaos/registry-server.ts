import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
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

/** The path is a link to the directory, so that it is cut and mended in one step: those who write make directories that are missing. */
async function startDirectory(path: string): Promise<RegistryServer> {
  const truth = `${path}.truth`;
  const next = `${path}.next`;
  await mkdir(truth);
  await symlink(truth, path);
  return {
    place: { kind: 'memory', at: path },
    async goDown() {
      await writeFile(next, '');
      await rename(next, path);
    },
    async comeBack() {
      await symlink(truth, next);
      await rename(next, path);
    },
    async forget() {
      for (const name of await readdir(truth, { recursive: true })) {
        if (name.endsWith('.json')) await rm(join(truth, name), { force: true });
      }
    },
    // The folder is its owner's.
    [Symbol.asyncDispose]: async () => {},
  };
}
