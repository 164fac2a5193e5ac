import { cpuUs, serveRounds } from '../worker.ts';

/** How many calls a client has under way at any moment. */
export const parallel = 50;

/** Makes calls as a worker, each lane its next when it has its answer, and counts them and the CPU time. */
export function callInParallel(call: () => Promise<{ readonly v: number }>): void {
  serveRounds(async (ms) => {
    let calls = 0;
    const cpu = cpuUs();
    const start = performance.now();
    const until = start + ms;

    async function lane(): Promise<void> {
      do {
        const { v } = await call();
        if (v !== 3) throw new Error(`the sum was ${v}`);
        calls++;
      } while (performance.now() < until);
    }

    await Promise.all(Array.from({ length: parallel }, lane));
    return { calls, elapsedMs: performance.now() - start, cpuUs: cpuUs() - cpu };
  });
}
