import { compare, cpuBetween, throughputOf } from './pairs.ts';
import { inPasses, interleave } from './rounds.ts';
import type { Subject } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const servers = {
  fairlead: { script: 'servers/fairlead-grpc', title: 'ours' },
  plain: { script: 'servers/grpc-js', title: 'grpc-js' },
  again: { script: 'servers/grpc-js', title: 'grpc-js again' },
  niceGrpc: { script: 'servers/nice-grpc.mjs', title: 'nice-grpc' },
  nest: { script: 'servers/nest-grpc.mjs', title: 'Nest' },
  connect: { script: 'servers/connect-grpc.mjs', title: 'Connect' },
} as const;

type Name = keyof typeof servers;
// Sound, both: the object above has no other keys.
const names = Object.keys(servers) as readonly Name[];
const titles = Object.fromEntries(names.map((name) => [name, servers[name].title])) as Record<
  Name,
  string
>;

/**
 * Our handler with five layers against a plain one, both in a server of grpc-js. The load is a
 * client of grpc-js, which needs more CPU than the server: throughput says little, CPU per call all.
 */
export const grpcServerSubject: Subject = async (run) => {
  const { node, passes, rounds, roundMs, warmUpMs } = run;
  const samples = await inPasses(passes, async () => {
    await using workers = await startWorkers(names, (name) => [
      servers[name].script,
      { node, cpu: 'subject' },
    ]);
    await using loads = await startWorkers(names, (name) => {
      const args = [workers.get(name).port, 10_000];
      return ['clients/grpc-js', { node: process.execPath, cpu: 'other', args }];
    });
    // A call of gRPC runs so much code that all of it is compiled only after many of them.
    await loads.warmUp(warmUpMs * 4);
    return await interleave(names, rounds, async (name) => {
      const before = await workers.get(name).measure(0);
      const counted = await loads.get(name).measure(roundMs);
      return throughputOf(counted, cpuBetween(before, await workers.get(name).measure(0)));
    });
  });
  const lines = compare(
    titles,
    samples,
    [
      { of: 'fairlead', to: 'plain', goal: { atLeast: 0.95 } },
      { of: 'again', to: 'plain', isAgain: true },
      { of: 'niceGrpc', to: 'plain' },
      { of: 'nest', to: 'plain' },
      { of: 'connect', to: 'plain' },
    ],
    run,
  );
  return [{ title: 'A gRPC server', lines }];
};
