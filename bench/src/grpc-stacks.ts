import { namesOf } from './by-name.ts';
import { measureGrpc } from './grpc-load.ts';
import { compare, titlesOf } from './pairs.ts';
import { line } from './result.ts';
import type { Subject } from './subject.ts';

const plain = { server: 'servers/grpc-js', client: 'clients/grpc-js', args: [0, 10_000] } as const;

const stacks = {
  fairlead: {
    server: 'servers/fairlead-grpc-own',
    client: 'clients/fairlead-grpc',
    title: 'ours',
  },
  plain: { ...plain, title: 'grpc-js with a deadline' },
  again: { ...plain, title: 'the same again' },
  niceGrpc: {
    server: 'servers/nice-grpc.mjs',
    client: 'clients/nice-grpc.mjs',
    title: 'nice-grpc',
  },
  connect: {
    server: 'servers/connect-grpc.mjs',
    client: 'clients/connect-grpc.mjs',
    title: 'Connect',
  },
} as const;

/** Each stack's own client against its own server, as who takes the whole of it has them: the CPU time is that of both. */
export const grpcStacksSubject: Subject = async (run) => {
  const samples = await measureGrpc(stacks, 'both', run);
  const titles = titlesOf(stacks);
  const compared = compare(
    titles,
    samples,
    [
      { of: 'fairlead', to: 'plain' },
      { of: 'again', to: 'plain', isAgain: true },
      { of: 'niceGrpc', to: 'plain' },
      { of: 'connect', to: 'plain' },
    ],
    run,
  );
  const eachEnd = namesOf(stacks).flatMap((name) => [
    line(
      `${titles[name]}: of that the server's`,
      'µs',
      samples[name].map(({ serverUsPerCall }) => serverUsPerCall),
    ),
    line(
      `${titles[name]}: of that the client's`,
      'µs',
      samples[name].map(({ clientUsPerCall }) => clientUsPerCall),
    ),
  ]);
  return [{ title: 'A gRPC client and a server of one stack', lines: [...compared, ...eachEnd] }];
};
