import { startWorker } from '../worker-process.ts';
import { startWorkers } from '../worker-set.ts';
import type { Area } from './areas.ts';
import { startCounted } from './counted-worker.ts';

/** A program whose calls are counted. It makes them itself, or answers those of another process. */
export interface Program {
  readonly script: string;
  readonly args?: readonly (string | number)[];
  /** What calls it. */
  readonly load?: string;
  /** What it calls; the port of it becomes its first argument. */
  readonly server?: string;
  /** So many until V8 has compiled what it will. */
  readonly warmUpCalls: number;
  /** So many in each round, of which the collections of garbage are a share. */
  readonly calls: number;
}

export interface Counts {
  /** The instructions of a call, in each round. */
  readonly perCall: readonly number[];
  /** Where they were in the last round. */
  readonly areas: ReadonlyMap<Area, number>;
}

/** Of each process: they differ by what share of a collection of garbage falls on each. */
const rounds = 3;

/** Counts what a program runs for a call, in a process of its own, which knows no other call. */
export async function countCalls(
  { script, args = [], load, server, warmUpCalls, calls }: Program,
  { node, cpu }: { readonly node: string; readonly cpu: 'subject' | 'other' },
): Promise<Counts> {
  await using servers = await startWorkers(server === undefined ? [] : [server], (name) => [
    name,
    { node: process.execPath, cpu },
  ]);
  const ports = server === undefined ? [] : [servers.get(server).port];
  await using counted = await startCounted(script, { node, cpu, args: [...ports, ...args] });
  const { worker } = counted;
  const other =
    load === undefined
      ? undefined
      : await startWorker(load, { node: process.execPath, cpu, args: [worker.port] });
  const maker = other ?? worker;
  const perCall: number[] = [];
  try {
    // In parts, so that the loop that makes the calls is compiled as well.
    for (let part = 0; part < 10; part++) await maker.measure(warmUpCalls / 10);
    // Switches the count on; what it finds is what it costs to begin.
    await counted.count(() => maker.measure(1));
    // To be told how many calls to make takes instructions too.
    const order = other !== undefined ? 0 : await counted.count(() => worker.measure(0));
    while (perCall.length < rounds) {
      const all = await counted.count(() => maker.measure(calls));
      perCall.push((all - order) / calls);
    }
  } finally {
    await other?.close();
  }
  const areas = [...(await counted.end())].map(([area, all]) => [area, all / calls] as const);
  return { perCall, areas: new Map(areas) };
}
