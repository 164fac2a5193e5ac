import { closeSync, openSync, writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const suffix = '.ledger';

/** What an instance notes of the calls that it executes. */
export interface Ledger extends Disposable {
  /** Notes the id of a call that begins. It is on record when this returns, whatever kills the process then. */
  record(id: number): void;
}

/** The ledger of one instance, in the folder of them all. */
export function openLedger(folder: string, instance: string): Ledger {
  const file = openSync(join(folder, instance + suffix), 'a', 0o600);
  return {
    record: (id) => void writeSync(file, `${id}\n`),
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** How often each call was executed, by all instances together. */
export async function readLedgers(folder: string): Promise<ReadonlyMap<number, number>> {
  const executions = new Map<number, number>();
  for (const name of await readdir(folder)) {
    if (!name.endsWith(suffix)) continue;
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      if (line !== '') executions.set(Number(line), (executions.get(Number(line)) ?? 0) + 1);
    }
  }
  return executions;
}

/** How many executions there were beyond the first of a call. */
export function duplicatesIn(executions: ReadonlyMap<number, number>): number {
  let duplicates = 0;
  for (const count of executions.values()) duplicates += count - 1;
  return duplicates;
}
