import { symmetryLaw, type TransportBinding, transportConformance } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createHttpClient } from './client.ts';
import { createHttpServer } from './listener.ts';
import { httpHandler } from './server.ts';

const binding: TransportBinding = {
  async pair(endpoint, { server: serverHooks = {}, client: clientHooks = {} }) {
    const handler = httpHandler(endpoint, {
      decode: (request) => request.json(),
      methods: ['POST'],
      ...serverHooks,
    });
    const server = createHttpServer(handler);
    const { port } = await server.listen();
    const client = createHttpClient(`http://127.0.0.1:${port}`);
    return {
      call: client.endpoint({ path: '/echo', ...clientHooks }),
      async close() {
        await client.close();
        await server.close({ graceMs: 0 });
      },
    };
  },
};

/** A failing law takes its time to find its smallest counterexample. */
const lawTimeoutMs = 30_000;

describe('the HTTP transport', () => {
  for (const { name, run } of transportConformance(binding)) it(name, run);
});

describe('the symmetry law over HTTP', () => {
  for (const { name, run } of symmetryLaw(binding)) it(name, { timeout: lawTimeoutMs }, run);
});
