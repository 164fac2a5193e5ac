import { startWorker, type Worker, type WorkerOptions } from './worker-process.ts';

/** Workers by name, all of one subject. */
export interface WorkerSet<Name extends string> extends AsyncDisposable {
  get(name: Name): Worker;
  /** Lets each measure once, for nothing. */
  warmUp(ms: number): Promise<void>;
}

/** Starts a worker for each name. When one does not start, the others are ended. */
export async function startWorkers<Name extends string>(
  names: readonly Name[],
  how: (name: Name) => readonly [script: string, options: WorkerOptions],
): Promise<WorkerSet<Name>> {
  const workers = new Map<Name, Worker>();
  async function close(): Promise<void> {
    await Promise.all([...workers.values()].map((worker) => worker.close()));
  }

  function get(name: Name): Worker {
    const worker = workers.get(name);
    if (worker === undefined) throw new Error(`no worker ${name}`);
    return worker;
  }

  try {
    for (const name of names) workers.set(name, await startWorker(...how(name)));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    get,
    async warmUp(ms) {
      for (const worker of workers.values()) await worker.measure(ms);
    },
    [Symbol.asyncDispose]: close,
  };
}
