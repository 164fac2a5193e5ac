import { compare, throughputOf } from './pairs.ts';
import { inPasses, interleave } from './rounds.ts';
import type { Subject } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const clients = {
  fairlead: { script: 'clients/fairlead-grpc', title: 'ours', args: [] },
  plain: { script: 'clients/grpc-js', title: 'grpc-js with a deadline', args: [10_000] },
  again: { script: 'clients/grpc-js', title: 'the same again', args: [10_000] },
  niceGrpc: { script: 'clients/nice-grpc.mjs', title: 'nice-grpc', args: [] },
  connect: { script: 'clients/connect-grpc.mjs', title: 'Connect', args: [] },
  noDeadline: { script: 'clients/grpc-js', title: 'grpc-js without a deadline', args: [] },
} as const;

type Name = keyof typeof clients;
// Sound, both: the object above has no other keys.
const names = Object.keys(clients) as readonly Name[];
const titles = Object.fromEntries(names.map((name) => [name, clients[name].title])) as Record<
  Name,
  string
>;

/** Our client, whose calls end after ten seconds by default, against plain ones of grpc-js. */
export const grpcClientSubject: Subject = async (run) => {
  const { node, passes, rounds, roundMs, warmUpMs } = run;
  const samples = await inPasses(passes, async () => {
    await using servers = await startWorkers(['plain'], () => [
      'servers/grpc-js',
      { node: process.execPath, cpu: 'other' },
    ]);
    const { port } = servers.get('plain');
    await using workers = await startWorkers(names, (name) => {
      const { script, args } = clients[name];
      return [script, { node, cpu: 'subject', args: [port, ...args] }];
    });
    // A call of gRPC runs so much code that all of it is compiled only after many of them.
    await workers.warmUp(warmUpMs * 4);
    return await interleave(names, rounds, async (name) =>
      throughputOf(await workers.get(name).measure(roundMs)),
    );
  });
  const lines = compare(
    titles,
    samples,
    [
      { of: 'fairlead', to: 'plain', goal: { atLeast: 0.95 } },
      { of: 'again', to: 'plain', isAgain: true },
      { of: 'niceGrpc', to: 'plain' },
      { of: 'connect', to: 'plain' },
      { of: 'fairlead', to: 'noDeadline' },
    ],
    run,
  );
  return [{ title: 'A gRPC client', lines }];
};
