import { type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';
import { serveRounds, usage } from '../worker.ts';
import type { SumRequest, SumResponse } from './sum.ts';
import { sumMethod } from './sum-method.ts';

/** Serves one handler with grpc-js as a worker; what it measures is what it uses. */
export function serveGrpc(handler: handleUnaryCall<SumRequest, SumResponse>): void {
  const server = new Server();
  server.addService({ sum: sumMethod }, { sum: handler });
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    serveRounds(usage, port);
  });
}
