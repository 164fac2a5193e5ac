import { measureGrpc } from './grpc-load.ts';
import { compare, titlesOf } from './pairs.ts';
import type { Subject, SubjectRun } from './subject.ts';

const server = 'servers/grpc-js';
const client = 'clients/grpc-js';

/** At either end ours, and the same work without us; a client is told how long its messages are, and how long it waits. */
function stacksOf(end: 'server' | 'client', bytes: number) {
  const plain = { server, client, args: [bytes, 10_000] } as const;
  const ours =
    end === 'server'
      ? { ...plain, server: 'servers/fairlead-grpc' }
      : { server, client: 'clients/fairlead-grpc', args: [bytes] };
  return {
    fairlead: { ...ours, title: 'ours' },
    plain: { ...plain, title: 'grpc-js' },
    again: { ...plain, title: 'grpc-js again' },
  };
}

/** Calls with longer messages, both ways: what of the cost grows with them. */
export const grpcMessagesSubject: Subject = async (run) => [
  await section(run, 'server', 1024, '1 KB'),
  await section(run, 'server', 65_536, '64 KB'),
  await section(run, 'client', 1024, '1 KB'),
  await section(run, 'client', 65_536, '64 KB'),
];

async function section(run: SubjectRun, end: 'server' | 'client', bytes: number, size: string) {
  const stacks = stacksOf(end, bytes);
  const lines = compare(
    titlesOf(stacks),
    await measureGrpc(stacks, end, run, 2),
    [
      { of: 'fairlead', to: 'plain' },
      { of: 'again', to: 'plain', isAgain: true },
    ],
    run,
  );
  return { title: `A gRPC ${end}, messages of ${size} both ways`, lines };
}
