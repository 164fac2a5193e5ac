import { namesOf } from './by-name.ts';
import { cpuBetween, type Throughput, throughputOf } from './pairs.ts';
import { inPasses, interleave } from './rounds.ts';
import type { SubjectRun } from './subject.ts';
import { startWorkers } from './worker-set.ts';

/** Both ends of a call, by the scripts of a server and of a client. */
export interface GrpcStack {
  readonly server: string;
  readonly client: string;
  /** What the client is told after the port of its server. */
  readonly args?: readonly (string | number)[];
}

/** What a stack did in a round. */
export interface GrpcThroughput extends Throughput {
  /** What a call took of either end's CPU, whichever of them is measured. */
  readonly serverUsPerCall: number;
  readonly clientUsPerCall: number;
}

type End = 'server' | 'client';

/**
 * Lets the client of every stack call its own server, by turns: of each the throughput of every round, with the CPU
 * time of what is measured, one end or both. A call of gRPC runs so much code that all of it is compiled only
 * after many of them: each warms up for `warmUps` times as long as other subjects.
 */
export function measureGrpc<Name extends string>(
  stacks: Readonly<Record<Name, GrpcStack>>,
  measured: End | 'both',
  { node, passes, rounds, roundMs, warmUpMs }: SubjectRun,
  warmUps = 4,
): Promise<Record<Name, GrpcThroughput[]>> {
  const names = namesOf(stacks);
  /** Each end has a CPU of its own; the Node that is asked for runs what is measured. */
  const placeOf = (end: End) => {
    const isMeasured = measured === end || measured === 'both';
    const isFirst = measured === 'both' ? end === 'client' : isMeasured;
    return {
      node: isMeasured ? node : process.execPath,
      cpu: isFirst ? 'subject' : 'other',
    } as const;
  };
  return inPasses(passes, async () => {
    await using servers = await startWorkers(names, (name) => [
      stacks[name].server,
      placeOf('server'),
    ]);
    await using clients = await startWorkers(names, (name) => {
      const { client, args = [] } = stacks[name];
      return [client, { ...placeOf('client'), args: [servers.get(name).port, ...args] }];
    });
    await clients.warmUp(warmUpMs * warmUps);
    return await interleave(names, rounds, async (name) => {
      const server = servers.get(name);
      const before = await server.measure(0);
      const counted = await clients.get(name).measure(roundMs);
      const serverUs = cpuBetween(before, await server.measure(0));
      const { calls = Number.NaN, cpuUs: clientUs = Number.NaN } = counted;
      const us = { server: serverUs, client: clientUs, both: serverUs + clientUs };
      return {
        ...throughputOf(counted, us[measured]),
        serverUsPerCall: serverUs / calls,
        clientUsPerCall: clientUs / calls,
      };
    });
  });
}
