import { grpcClientSubject } from './grpc-client.ts';
import { grpcMessagesSubject } from './grpc-messages.ts';
import { grpcServerSubject } from './grpc-server.ts';
import { grpcStacksSubject } from './grpc-stacks.ts';
import { grpcStreamSubject } from './grpc-stream.ts';
import type { Subject } from './subject.ts';

/** Both sides of gRPC, one after the other: each alone decides how fast a pair of them is. Then pairs. */
export const grpcSubject: Subject = async (run) => [
  ...(await grpcServerSubject(run)),
  ...(await grpcClientSubject(run)),
  ...(await grpcMessagesSubject(run)),
  ...(await grpcStreamSubject(run)),
  ...(await grpcStacksSubject(run)),
];
