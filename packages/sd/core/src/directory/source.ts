import { watch } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Context } from '@fairlead/endpoint';
import { pause } from '../backoff.ts';
import type { InstanceInit } from '../instance.ts';
import type { InstanceSource } from '../instance-source.ts';
import { type EntryFile, maxFileBytes, readEntry, suffix } from './entry-file.ts';
import { undefinedIfMissing } from './registration.ts';

/** How long after a first change others are waited for, so that a burst is read once. */
const burstMs = 5;

/** After how many lives without a touch, seen with our own eyes, a file is taken out. */
const sweptAfterTtls = 10;

/** Follows a folder with a file for each instance. */
export function directorySource(folder: string, pollMs: number): InstanceSource {
  return {
    name: folder,
    async watch(found, ctx) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const files = new Map<string, SeenFile>();
      const changes = changesOf(folder, ctx);
      try {
        while (ctx.error === undefined) {
          found(await readFolder(folder, files, ctx));
          await changes.next(pollMs);
          await pause(burstMs, ctx);
        }
      } finally {
        changes.close();
      }
    },
  };
}

/** Wakes its reader when files come and go; a file that is only touched changes no set. */
function changesOf(folder: string, ctx: Context) {
  let isChanged = false;
  let wake = (): void => {};
  const watcher = watch(folder, (event) => {
    if (event === 'change') return;
    isChanged = true;
    wake();
  });
  // Where it fails, the folder is read every pollMs still, and says itself what is wrong with it.
  watcher.on('error', () => watcher.close());
  return {
    async next(atMostMs: number): Promise<void> {
      using turn = ctx.withCancel();
      wake = () => turn.cancel();
      if (!isChanged) await pause(atMostMs, turn);
      isChanged = false;
    },
    close: () => watcher.close(),
  };
}

interface SeenFile {
  readonly mtimeMs: number;
  /** When it was first seen with this time of modification, on the monotonic clock of the reader. */
  readonly seenAt: number;
  /** How old it was then by the clock of the system: 0 for one that was touched before our eyes. */
  readonly ageMs: number;
  readonly entry: EntryFile;
}

/**
 * Those whose file was touched within its life. That is measured on our own clock, from one reading
 * to the next: a clock of the system that is set wrong, or right again, ends nobody. Only what a file
 * was doing before it was first seen is known from the system's clock alone.
 */
async function readFolder(
  folder: string,
  files: Map<string, SeenFile>,
  { clock }: Context,
): Promise<readonly InstanceInit[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix));
  const listed = new Set(names);
  for (const name of files.keys()) if (!listed.has(name)) files.delete(name);
  const living: InstanceInit[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const file = await readIfTouched(path, files.get(name), clock);
    if (file === undefined) {
      files.delete(name);
      continue;
    }
    files.set(name, file);
    const { ttlMs, instance } = file.entry;
    const untouchedMs = clock.now() - file.seenAt;
    if (untouchedMs + file.ageMs < ttlMs) living.push(instance);
    // Who may only read leaves it to others; one that lives after all finds it missing and writes it again.
    else if (untouchedMs >= sweptAfterTtls * ttlMs) await rm(path, { force: true }).catch(() => {});
  }
  return living;
}

async function readIfTouched(
  path: string,
  seen: SeenFile | undefined,
  clock: Clock,
): Promise<SeenFile | undefined> {
  const now = await stat(path).catch(undefinedIfMissing);
  if (now === undefined || now.mtimeMs === seen?.mtimeMs) return now && seen;
  const isTooLarge = now.size > maxFileBytes || !now.isFile();
  const text = isTooLarge ? '(too large)' : await readFile(path, 'utf8').catch(undefinedIfMissing);
  if (text === undefined) return undefined;
  const ageMs = seen === undefined ? Math.max(0, Date.now() - now.mtimeMs) : 0;
  return { mtimeMs: now.mtimeMs, seenAt: clock.now(), ageMs, entry: readEntry(text) };
}
