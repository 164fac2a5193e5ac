import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '@fairlead/endpoint';
import { pause } from '../backoff.ts';
import type { Instance } from '../instance.ts';
import type { Registration } from '../registrar.ts';
import { fileName, readEntry, suffix, writeEntry } from './entry-file.ts';

/** Keeps a file in a folder, and its time of modification young. */
export function directoryRegistration(folder: string, made: Instance, ttlMs: number): Registration {
  const owner = crypto.randomUUID();
  const file = join(folder, fileName(made.id) + suffix);

  return {
    name: `${made.id} in ${folder}`,
    async hold(registered, ctx) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeWhole(file, writeEntry(owner, made, ttlMs), ctx);
      registered();
      for (;;) {
        await pause(ttlMs / 3, ctx);
        if (ctx.error !== undefined) return;
        const now = new Date();
        // Fails where the file is gone: then it is written again.
        await utimes(file, now, now);
      }
    },
    async release() {
      const text = await readFile(file, 'utf8').catch(undefinedIfMissing);
      if (text !== undefined && readEntry(text).owner === owner) await rm(file, { force: true });
    },
  };
}

/** Readers see the whole file or none of it. */
async function writeWhole(file: string, text: string, ctx: Context): Promise<void> {
  const draft = `${file}.${crypto.randomUUID()}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    ctx.throwIfAborted();
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

export function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
