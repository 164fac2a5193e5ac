import {
  type StreamBinding,
  streamConformance,
  symmetryLaw,
  type TransportBinding,
  transportConformance,
} from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createGrpcClient, type GrpcClient } from './client.ts';
import { createGrpcServer, type GrpcServer } from './listener.ts';
import { grpcHandler } from './server.ts';

/** The suite sends JSON, and gRPC takes any bytes. */
const serialize = (message: Readonly<Record<string, unknown>>) =>
  Buffer.from(JSON.stringify(message));
const deserialize = (bytes: Buffer): Record<string, unknown> => JSON.parse(bytes.toString());

const codec = {
  path: '/fairlead.Conformance/Echo',
  requestSerialize: serialize,
  requestDeserialize: deserialize,
  responseSerialize: serialize,
  responseDeserialize: deserialize,
} as const;
const echo = { ...codec, requestStream: false, responseStream: false } as const;
const down = { ...codec, requestStream: false, responseStream: true } as const;
const up = { ...codec, requestStream: true, responseStream: false } as const;
const both = { ...codec, requestStream: true, responseStream: true } as const;

/** A server with one method, and a client of it. */
async function join<Call>(
  add: (server: GrpcServer) => void,
  endpointOf: (client: GrpcClient) => Call,
): Promise<{ readonly call: Call; close(): Promise<void> }> {
  const server = createGrpcServer();
  add(server);
  const { host, port } = await server.listen();
  const client = createGrpcClient(`${host}:${port}`);
  return {
    call: endpointOf(client),
    async close() {
      await client.close();
      await server.close({ graceMs: 0 });
    },
  };
}

const binding: TransportBinding = {
  pair: (endpoint, { server: hooks = {}, client: options = {} }) =>
    join(
      (server) => server.add({ echo }, { echo: grpcHandler(echo, endpoint, hooks) }),
      (client) => client.endpoint(echo, options),
    ),
};

const streams: StreamBinding = {
  serverStream: (endpoint, { server: hooks = {}, client: options = {} }) =>
    join(
      (server) => server.add({ down }, { down: grpcHandler(down, endpoint, hooks) }),
      (client) => client.endpoint(down, options),
    ),
  clientStream: (endpoint, { server: hooks = {}, client: options = {} }) =>
    join(
      (server) => server.add({ up }, { up: grpcHandler(up, endpoint, hooks) }),
      (client) => client.endpoint(up, options),
    ),
  bidiStream: (endpoint, { server: hooks = {}, client: options = {} }) =>
    join(
      (server) => server.add({ both }, { both: grpcHandler(both, endpoint, hooks) }),
      (client) => client.endpoint(both, options),
    ),
};

/** A failing law takes its time to find its smallest counterexample. */
const lawTimeoutMs = 30_000;

describe('the gRPC transport', () => {
  for (const { name, run } of transportConformance(binding)) it(name, run);
});

/** Many messages, on a machine that may be busy. */
const timeout = 20_000;

describe('streams over gRPC', () => {
  for (const { name, run } of streamConformance(streams)) it(name, { timeout }, run);
});

describe('the symmetry law over gRPC', () => {
  for (const { name, run } of symmetryLaw(binding)) it(name, { timeout: lawTimeoutMs }, run);
});
