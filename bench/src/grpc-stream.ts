import { measureGrpc } from './grpc-load.ts';
import { compare, titlesOf } from './pairs.ts';
import type { Subject } from './subject.ts';

/** What reads from every server: with as little work as can be. */
const load = { client: 'clients/grpc-js-stream', args: ['events'] } as const;

const servers = {
  fairlead: { ...load, server: 'servers/fairlead-grpc', title: 'ours' },
  plain: { ...load, server: 'servers/grpc-js', title: 'grpc-js, write()' },
  again: { ...load, server: 'servers/grpc-js', title: 'the same again' },
  generator: { ...load, server: 'servers/grpc-js-generator', title: 'grpc-js, a generator' },
} as const;

/** What every client reads from. */
const server = 'servers/grpc-js';
const client = 'clients/grpc-js-stream';

const clients = {
  fairlead: { server, client: 'clients/fairlead-grpc-stream', title: 'ours' },
  plain: { server, client, args: ['await'], title: 'grpc-js, for await' },
  again: { server, client, args: ['await'], title: 'the same again' },
  events: { server, client, args: ['events'], title: 'grpc-js, events' },
} as const;

/** Calls that are answered with a thousand small messages each: what one of these costs, at either end. */
export const grpcStreamSubject: Subject = async (run) => {
  const how = { ...run, counted: 'message' } as const;
  const served = compare(
    titlesOf(servers),
    await measureGrpc(servers, 'server', run, 2),
    [
      { of: 'fairlead', to: 'plain' },
      { of: 'again', to: 'plain', isAgain: true },
      { of: 'generator', to: 'plain' },
      { of: 'fairlead', to: 'generator' },
    ],
    how,
  );
  const read = compare(
    titlesOf(clients),
    await measureGrpc(clients, 'client', run, 2),
    [
      { of: 'fairlead', to: 'plain' },
      { of: 'again', to: 'plain', isAgain: true },
      { of: 'events', to: 'plain' },
      { of: 'fairlead', to: 'events' },
    ],
    how,
  );
  return [
    { title: 'A gRPC server that streams 1000 messages a call', lines: served },
    { title: 'A gRPC client that reads 1000 messages a call', lines: read },
  ];
};
