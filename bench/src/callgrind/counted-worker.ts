import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startWorker, type Worker, type WorkerOptions } from '../worker-process.ts';
import { type Area, areasOf } from './areas.ts';
import { type CallgrindProfile, parseProfile } from './profile.ts';

/** A worker whose instructions are counted. */
export interface CountedWorker extends AsyncDisposable {
  readonly worker: Worker;
  /** How many instructions its process runs until the work has ended; those of the kernel are not seen. */
  count(work: () => Promise<unknown>): Promise<number>;
  /** Ends the process, and says where it ran what the last count found. */
  end(): Promise<ReadonlyMap<Area, number>>;
}

const flagsOfNode = [
  // One thread and no randomness make one run like the next.
  '--predictable',
  '--random-seed=1',
  '--hash-seed=1',
  // The names of compiled code. The log that comes with them goes to a file that is gone at once.
  '--perf-basic-prof',
  '--no-logfile-per-isolate',
  '--logfile=+',
];

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
  const file = join(folder, 'profile');
  const valgrind = [
    '--quiet',
    '--tool=callgrind',
    '--instr-atstart=no',
    // V8 writes code over code that has run.
    '--smc-check=all-non-file',
    `--callgrind-out-file=${file}`,
    gate,
  ];
  const starting = startWorker(script, {
    ...options,
    node: 'valgrind',
    flags: [...valgrind, node, ...flagsOfNode, ...flags],
  });
  const worker = await starting.catch(async (error) => {
    await rm(folder, { recursive: true });
    throw error;
  });
  let counts = 0;
  let last: CallgrindProfile | undefined;

  /** From outside, so that it is no work of the process. */
  async function tell(...order: readonly string[]): Promise<void> {
    await promisify(execFile)('vgdb', [gate, ...order], { timeout: 60_000 });
  }

  async function close(): Promise<void> {
    await worker.close();
    await rm(folder, { recursive: true, force: true });
    if (last !== undefined) await rm(perfMapOf(last), { force: true });
  }

  return {
    worker,
    async count(work) {
      await tell(...(counts === 0 ? ['instrumentation', 'on'] : ['zero']));
      await work();
      await tell('dump');
      counts++;
      last = parseProfile(await readFile(`${file}.${counts}`, 'utf8'));
      return last.total;
    },
    async end() {
      // V8 has written all of its map when it has ended.
      await worker.close();
      return last === undefined
        ? new Map()
        : areasOf(last.functions, await readFile(perfMapOf(last), 'utf8'));
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Where V8 writes its map, whatever the system has for temporary files. */
function perfMapOf({ pid }: CallgrindProfile): string {
  return `/tmp/perf-${pid}.map`;
}
