import { symmetryLaw, type TransportBinding, transportConformance } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createGrpcClient } from './client.ts';
import { createGrpcServer } from './listener.ts';
import { grpcHandler } from './server.ts';

/** The suite sends JSON, and gRPC takes any bytes. */
const serialize = (message: Readonly<Record<string, unknown>>) =>
  Buffer.from(JSON.stringify(message));
const deserialize = (bytes: Buffer): Record<string, unknown> => JSON.parse(bytes.toString());

const echo = {
  path: '/fairlead.Conformance/Echo',
  requestStream: false,
  responseStream: false,
  requestSerialize: serialize,
  requestDeserialize: deserialize,
  responseSerialize: serialize,
  responseDeserialize: deserialize,
} as const;

const binding: TransportBinding = {
  async pair(endpoint, { server: serverHooks = {}, client: clientHooks = {} }) {
    const server = createGrpcServer();
    server.add({ echo }, { echo: grpcHandler(echo, endpoint, serverHooks) });
    const { host, port } = await server.listen();
    const client = createGrpcClient(`${host}:${port}`);
    return {
      call: client.endpoint(echo, clientHooks),
      async close() {
        await client.close();
        await server.close({ graceMs: 0 });
      },
    };
  },
};

/** A failing law takes its time to find its smallest counterexample. */
const lawTimeoutMs = 30_000;

describe('the gRPC transport', () => {
  for (const { name, run } of transportConformance(binding)) it(name, run);
});

describe('the symmetry law over gRPC', () => {
  for (const { name, run } of symmetryLaw(binding)) it(name, { timeout: lawTimeoutMs }, run);
});
