import { measureGrpc } from './grpc-load.ts';
import { compare, titlesOf } from './pairs.ts';
import type { Subject } from './subject.ts';

/** What calls every server: with a deadline, and no more in its messages than two numbers. */
const load = { client: 'clients/grpc-js', args: [0, 10_000] } as const;

const servers = {
  fairlead: { ...load, server: 'servers/fairlead-grpc', title: 'ours' },
  plain: { ...load, server: 'servers/grpc-js', title: 'grpc-js' },
  again: { ...load, server: 'servers/grpc-js', title: 'grpc-js again' },
  niceGrpc: { ...load, server: 'servers/nice-grpc.mjs', title: 'nice-grpc' },
  nest: { ...load, server: 'servers/nest-grpc.mjs', title: 'Nest' },
  connect: { ...load, server: 'servers/connect-grpc.mjs', title: 'Connect' },
} as const;

/**
 * Our handler with five layers against a plain one, both in a server of grpc-js. The load is a
 * client of grpc-js, which needs more CPU than the server: throughput says little, CPU per call all.
 */
export const grpcServerSubject: Subject = async (run) => {
  const samples = await measureGrpc(servers, 'server', run);
  const lines = compare(
    titlesOf(servers),
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
