import { grpcClientSubject } from './grpc-client.ts';
import { grpcServerSubject } from './grpc-server.ts';
import type { Subject } from './subject.ts';

/** Both sides of gRPC, one after the other: each alone decides how fast a pair of them is. */
export const grpcSubject: Subject = async (run) => [
  ...(await grpcServerSubject(run)),
  ...(await grpcClientSubject(run)),
];
