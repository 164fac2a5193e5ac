/** What one measurement gave: figures by name. */
export type Sample = Readonly<Record<string, number>>;

/** What a worker tells the process that started it. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Makes this process a worker: it says that it is ready, then measures for as many milliseconds as
 * it is told, each time it is told, and ends with the process that started it, however that ends.
 */
export function serveRounds(measure: (ms: number) => Sample | Promise<Sample>, port = 0): void {
  const tell = (message: WorkerMessage): void => void process.send?.(message);
  process.once('disconnect', () => process.exit());
  process.on('message', async (ms) => {
    try {
      tell({ kind: 'sample', sample: await measure(Number(ms)) });
    } catch (error) {
      tell({
        kind: 'failed',
        reason: error instanceof Error ? String(error.stack) : String(error),
      });
    }
  });
  tell({ kind: 'ready', port });
}

/** What this process has used so far of the CPU, and has now of the memory, in MB. */
export function usage(): Sample {
  return { cpuUs: cpuUs(), rssMb: process.memoryUsage.rss() / 1e6 };
}

/** The CPU time that this process has used, in microseconds: its own work and the kernel's for it. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
