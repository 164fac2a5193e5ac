import type { Endpoint } from '@fairlead/endpoint';
import { createGrpcClient } from '@fairlead/grpc';
import { createHttpClient } from '@fairlead/http';
import type { OverloadOptions } from './options.ts';

/** A request, and its response. */
export interface WorkRequest {
  readonly id: number;
}

/** A client of the server. */
export interface WorkClient {
  readonly work: Endpoint<WorkRequest, WorkRequest>;
  close(): Promise<void>;
}

// Both ends are this file, and messages are JSON.
const serialize = (message: WorkRequest): Buffer => Buffer.from(JSON.stringify(message));
const deserialize = (bytes: Buffer): WorkRequest => JSON.parse(bytes.toString()) as WorkRequest;

/** The method over gRPC. */
export const work = {
  path: '/overload.Server/Work',
  requestStream: false,
  responseStream: false,
  requestSerialize: serialize,
  requestDeserialize: deserialize,
  responseSerialize: serialize,
  responseDeserialize: deserialize,
} as const;

/** As many connections as calls may be under way: what is measured is the server. */
const connections = 1000;

export function createWorkClient(
  transport: OverloadOptions['transport'],
  address: string,
): WorkClient {
  if (transport === 'http') {
    const client = createHttpClient(`http://${address}`, { connections });
    return {
      work: client.endpoint({ path: '/work', idempotent: true }),
      close: () => client.close(),
    };
  }
  const client = createGrpcClient(address);
  return { work: client.endpoint(work, { idempotent: true }), close: () => client.close() };
}
