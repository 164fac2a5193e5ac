import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import { serveRounds, usage } from '../worker.ts';
import type { SumRequest, SumResponse } from './sum.ts';
import { repeatMethod, sumMethod } from './sum-method.ts';

/** The two methods of every server here. */
export interface AddHandlers {
  readonly sum: handleUnaryCall<SumRequest, SumResponse>;
  readonly repeat: handleServerStreamingCall<SumRequest, SumResponse>;
}

/** Serves with grpc-js as a worker; what it measures is what it uses. */
export function serveGrpc({ sum, repeat }: AddHandlers): void {
  const server = new Server();
  server.addService({ sum: sumMethod, repeat: repeatMethod }, { sum, repeat });
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    serveRounds(usage, port);
  });
}
