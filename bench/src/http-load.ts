import { hasWrk, wrk } from './load/wrk.ts';
import { cpuBetween, type Throughput, throughputOf } from './pairs.ts';
import { inPasses, interleave } from './rounds.ts';
import type { SubjectRun } from './subject.ts';
import { startWorkers } from './worker-set.ts';

/** A server of this bench: its script, what that is told, and where the sum is. */
export interface HttpServerUnderLoad {
  readonly script: string;
  readonly args?: readonly string[];
  /** Default `/`. */
  readonly path?: string;
}

/** What loads the servers of a run. */
export function loadOf({ useWrk }: SubjectRun): 'wrk' | 'sockets of our own' {
  return useWrk && hasWrk() ? 'wrk' : 'sockets of our own';
}

/** Loads HTTP servers by turns, with messages of so many bytes more: of each the throughput of every round. */
export function loadHttpServers<Name extends string>(
  servers: Readonly<Record<Name, HttpServerUnderLoad>>,
  run: SubjectRun,
  bytes = 0,
): Promise<Record<Name, Throughput[]>> {
  const { node, passes, rounds, roundMs, warmUpMs } = run;
  const load = loadOf(run);
  // Sound: the object has no other keys.
  const names = Object.keys(servers) as Name[];
  return inPasses(passes, async () => {
    await using workers = await startWorkers(names, (name) => {
      const { script, args = [] } = servers[name];
      return [script, { node, cpu: 'subject', args }];
    });
    await using loads = await startWorkers(names, (name) => {
      const { path = '/' } = servers[name];
      const args = [workers.get(name).port, path, bytes];
      return ['load/sockets', { node: process.execPath, cpu: 'other', args }];
    });

    async function measure(name: Name, ms: number): Promise<Throughput> {
      const server = workers.get(name);
      const { path = '/' } = servers[name];
      const before = await server.measure(0);
      const counted = await (load === 'wrk'
        ? wrk(`http://127.0.0.1:${server.port}${path}`, ms)
        : loads.get(name).measure(ms));
      return throughputOf(counted, cpuBetween(before, await server.measure(0)));
    }

    for (const name of names) await measure(name, warmUpMs);
    return await interleave(names, rounds, (name) => measure(name, roundMs));
  });
}
