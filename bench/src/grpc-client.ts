import { measureGrpc } from './grpc-load.ts';
import { compare, titlesOf } from './pairs.ts';
import type { Subject } from './subject.ts';

/** What every client calls. */
const server = 'servers/grpc-js';
/** Of clients of grpc-js: the length of a message, if it shall be longer than two numbers need, and a deadline. */
const args = [0, 10_000] as const;

const clients = {
  fairlead: { server, client: 'clients/fairlead-grpc', title: 'ours' },
  plain: {
    server,
    client: 'clients/grpc-js',
    args,
    title: 'grpc-js with a deadline',
  },
  again: { server, client: 'clients/grpc-js', args, title: 'the same again' },
  niceGrpc: { server, client: 'clients/nice-grpc.mjs', title: 'nice-grpc' },
  connect: { server, client: 'clients/connect-grpc.mjs', title: 'Connect' },
  noDeadline: { server, client: 'clients/grpc-js', title: 'grpc-js without a deadline' },
} as const;

/** Our client, whose calls end after ten seconds by default, against plain ones of grpc-js. */
export const grpcClientSubject: Subject = async (run) => {
  const samples = await measureGrpc(clients, 'client', run);
  const lines = compare(
    titlesOf(clients),
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
