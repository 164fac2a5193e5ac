import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startWorker, type Worker, type WorkerOptions } from './worker-process.ts';

/** A worker whose instructions are counted. */
export interface CountedWorker extends AsyncDisposable {
  readonly worker: Worker;
  /** How many instructions its process runs until the work has ended; those of the kernel are not seen. */
  count(work: () => Promise<unknown>): Promise<number>;
}

/** What makes one run of Node like the next: one thread, and no randomness. */
const repeatable = ['--predictable', '--random-seed=1', '--hash-seed=1'];

/** Whether instructions can be counted here. */
export function hasCallgrind(): boolean {
  return ['valgrind', 'vgdb'].every((name) => spawnSync(name, ['--help']).status === 0);
}

/** Starts a worker on valgrind's processor. It runs uncounted, which is quicker, until the first count. */
export async function startCounted(
  script: string,
  { node, flags = [], ...options }: WorkerOptions,
): Promise<CountedWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-'));
  const gate = `--vgdb-prefix=${join(folder, 'vgdb')}`;
  const profile = join(folder, 'profile');
  const command = [
    '--quiet',
    '--tool=callgrind',
    '--instr-atstart=no',
    // V8 writes code over code that has run.
    '--smc-check=all-non-file',
    `--callgrind-out-file=${profile}`,
    gate,
  ];
  let parts = 0;

  /** Works from outside, so that what is counted has nothing to do with it. */
  async function tell(...order: readonly string[]): Promise<void> {
    await promisify(execFile)('vgdb', [gate, ...order], { timeout: 60_000 });
  }

  try {
    const worker = await startWorker(script, {
      ...options,
      node: 'valgrind',
      flags: [...command, node, ...repeatable, ...flags],
    });
    return {
      worker,
      async count(work) {
        await tell(...(parts === 0 ? ['instrumentation', 'on'] : ['zero']));
        await work();
        await tell('dump');
        parts++;
        return totalOf(await readFile(`${profile}.${parts}`, 'utf8'));
      },
      async [Symbol.asyncDispose]() {
        await worker.close();
        await rm(folder, { recursive: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

/** The instructions of a profile that callgrind wrote. */
export function totalOf(profile: string): number {
  const total = /^totals: (\d+)$/m.exec(profile)?.[1];
  if (total === undefined) throw new Error('callgrind wrote a profile without a total');
  return Number(total);
}
