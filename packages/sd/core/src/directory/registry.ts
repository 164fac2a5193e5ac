import { join } from 'node:path';
import { checkNumber } from '@fairlead/endpoint';
import { createInstancer } from '../create-instancer.ts';
import { createRegistrar } from '../create-registrar.ts';
import { instance } from '../instance.ts';
import type { Registry } from '../memory-registry.ts';
import { fileName, maxTtlMs, minTtlMs } from './entry-file.ts';
import { directoryRegistration } from './registration.ts';
import { directorySource } from './source.ts';

/** How a {@link createDirectoryRegistry} writes and looks. */
export interface DirectoryRegistryOptions {
  /**
   * How long an instance stays listed after its process stopped to say that it lives, in
   * milliseconds; it says so three times in that time. Default 10 000, from 1 000 to an hour.
   */
  readonly ttlMs?: number | undefined;
  /** How often the directory is read where nothing says that it changed, in milliseconds. Default 1 000. */
  readonly pollMs?: number | undefined;
}

/**
 * A registry for the processes of one machine, without a server: a directory with a file for each
 * instance. The path is made when it is first used, for its user alone; whoever can write to it can
 * register anything.
 *
 * A process that is killed is gone after its `ttlMs`, one that deregisters at once. Entries of the
 * long dead are swept out by who reads. Needs a local file system.
 *
 * Should the directory be emptied, whoever lives is in it again within a third of its `ttlMs`: so that
 * is long enough as the default of `confirmMs` here.
 */
export function createDirectoryRegistry(
  path: string,
  options: DirectoryRegistryOptions = {},
): Registry {
  const ttlMs = checkNumber('ttlMs', options.ttlMs ?? 10_000, { min: minTtlMs, max: maxTtlMs });
  const pollMs = checkNumber('pollMs', options.pollMs ?? 1000, { min: 10 });
  const folderOf = (service: string): string =>
    join(path, fileName(service).replaceAll('.', '%2E'));

  return {
    instancer: (service, instancerOptions) =>
      createInstancer(directorySource(folderOf(service), pollMs), {
        confirmMs: ttlMs,
        ...instancerOptions,
      }),
    registrar: (service, init, registrarOptions) =>
      createRegistrar(
        directoryRegistration(folderOf(service), instance(init), ttlMs),
        registrarOptions,
      ),
  };
}
