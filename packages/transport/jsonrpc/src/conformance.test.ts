import { createHttpServer } from '@fairlead/http';
import { symmetryLaw, type TransportBinding, transportConformance } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createJsonrpcClient, type JsonrpcClientOptions } from './client.ts';
import { jsonrpcMethod } from './method.ts';
import { jsonrpcHandler } from './server.ts';

/** A failing law takes its time to find its smallest counterexample. */
const lawTimeoutMs = 30_000;

const bindingOf = (options: JsonrpcClientOptions): TransportBinding => ({
  async pair(endpoint, { server: serverHooks = {}, client: clientHooks = {} }) {
    const echo = jsonrpcMethod(endpoint, { decode: (params) => ({ ...params }), ...serverHooks });
    const server = createHttpServer(jsonrpcHandler({ Echo: echo }));
    const { port } = await server.listen();
    const client = createJsonrpcClient(`http://127.0.0.1:${port}`, options);
    return {
      call: client.endpoint({ method: 'Echo', ...clientHooks }),
      async close() {
        await client.close();
        await server.close({ graceMs: 0 });
      },
    };
  },
});

describe.each([
  ['one by one', {}],
  ['in batches', { batch: {} }],
] as const)('JSON-RPC, %s', (_name, options) => {
  describe('the transport', () => {
    for (const { name, run } of transportConformance(bindingOf(options))) it(name, run);
  });

  describe('the symmetry law', () => {
    for (const { name, run } of symmetryLaw(bindingOf(options))) {
      it(name, { timeout: lawTimeoutMs }, run);
    }
  });
});
