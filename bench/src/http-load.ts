import { byName, namesOf } from './by-name.ts';
import { hasWrk, wrk } from './load/wrk.ts';
import { cpuBetween, type Throughput, throughputOf } from './pairs.ts';
import { inPasses, interleave } from './rounds.ts';
import type { SubjectRun } from './subject.ts';
import { startWorkers } from './worker-set.ts';

/** A server of this bench: its script, and what that is told. */
export interface HttpServerUnderLoad {
  readonly script: string;
  readonly args?: readonly string[];
  /** Where it is asked. Default `/sum`. */
  readonly path?: string;
}

/** What loads the servers of a run. */
export function loadOf({ useWrk }: SubjectRun): 'wrk' | 'sockets of our own' {
  return useWrk && hasWrk() ? 'wrk' : 'sockets of our own';
}

/** Loads the variants of one program by turns, which is told the name of each: of each the throughput of every round. */
export function loadVariants<Name extends string>(
  script: `servers/${string}`,
  names: readonly Name[],
  run: SubjectRun,
): Promise<Record<Name, Throughput[]>> {
  return loadHttpServers(
    byName(names, (name) => ({ script, args: [name] })),
    run,
  );
}

/** Loads HTTP servers by turns, with messages of that many bytes: of each the throughput of every round. */
export function loadHttpServers<Name extends string>(
  servers: Readonly<Record<Name, HttpServerUnderLoad>>,
  run: SubjectRun,
  bytes = 0,
): Promise<Record<Name, Throughput[]>> {
  const { node, passes, rounds, roundMs, warmUpMs } = run;
  const load = bytes === 0 ? loadOf(run) : 'sockets of our own';
  const names = namesOf(servers);
  const pathOf = (name: Name): string => servers[name].path ?? '/sum';
  return inPasses(passes, async () => {
    await using workers = await startWorkers(names, (name) => {
      const { script, args = [] } = servers[name];
      return [script, { node, cpu: 'subject', args }];
    });
    await using loads = await startWorkers(names, (name) => {
      const args = [workers.get(name).port, pathOf(name), bytes];
      return ['load/sockets', { node: process.execPath, cpu: 'other', args }];
    });

    async function measure(name: Name, ms: number): Promise<Throughput> {
      const server = workers.get(name);
      const before = await server.measure(0);
      const counted = await (load === 'wrk'
        ? wrk(`http://127.0.0.1:${server.port}${pathOf(name)}`, ms)
        : loads.get(name).measure(ms));
      return throughputOf(counted, cpuBetween(before, await server.measure(0)));
    }

    for (const name of names) await measure(name, warmUpMs);
    return await interleave(names, rounds, (name) => measure(name, roundMs));
  });
}
