import { createHttpServer } from '@fairlead/http';
import { symmetryLaw } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createJsonrpcClient, type JsonrpcClientOptions } from './client.ts';
import { jsonrpcMethod } from './method.ts';
import { jsonrpcHandler } from './server.ts';

/** A failing law takes its time to find its smallest counterexample. */
const timeoutMs = 30_000;

const lawsOf = (options: JsonrpcClientOptions) =>
  symmetryLaw({
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

describe('the symmetry law over JSON-RPC', () => {
  for (const { name, run } of lawsOf({})) it(name, { timeout: timeoutMs }, run);
});

describe('the symmetry law over JSON-RPC, with batches', () => {
  for (const { name, run } of lawsOf({ batch: {} })) it(name, { timeout: timeoutMs }, run);
});
