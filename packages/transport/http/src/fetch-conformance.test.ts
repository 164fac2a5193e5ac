import { createServer } from 'node:http';
import { symmetryLaw, type TransportBinding, transportConformance } from '@fairlead/testing';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, it } from 'vitest';
import { fetchBinding } from '../test/fetch-binding.ts';
import { createHttpClient } from './client.ts';
import { type FetchHandler, fetchHandler } from './fetch.ts';

/** Requests handed over as they are, with no wire. */
const direct = fetchBinding((handler) => {
  let isClosed = false;
  return {
    url: 'http://direct.test',
    fetch: (request) => (isClosed ? Promise.reject(new Error('closed')) : handler(request)),
    close: async () => {
      isClosed = true;
    },
  };
});

/** The client of this package, and a `fetchHandler` that some framework puts behind `node:http`. */
function behindNode(mount: (handler: FetchHandler) => Parameters<typeof getRequestListener>[0]) {
  const binding: TransportBinding = {
    async pair(endpoint, { server: serverHooks = {}, client: clientHooks = {} }) {
      const handler = fetchHandler(endpoint, {
        decode: (request) => request.json(),
        methods: ['POST'],
        ...serverHooks,
      });
      const server = createServer(getRequestListener(mount(handler)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      const client = createHttpClient(`http://127.0.0.1:${port}`);
      return {
        call: client.endpoint({ path: '/echo', ...clientHooks }),
        async close() {
          await client.close();
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
  return binding;
}

const bindings: readonly (readonly [string, TransportBinding])[] = [
  ['handed requests as they are', direct],
  ["on Node's http", behindNode((handler) => handler)],
  [
    'on Hono',
    behindNode((handler) => new Hono().post('/echo', ({ req }) => handler(req.raw)).fetch),
  ],
];

/** A failing law takes its time to find its smallest counterexample. */
const lawTimeoutMs = 30_000;

describe.each(bindings)('fetchHandler %s', (_name, binding) => {
  for (const { name, run } of transportConformance(binding)) it(name, run);
  for (const { name, run } of symmetryLaw(binding))
    it(`keeps the law: ${name}`, { timeout: lawTimeoutMs }, run);
});
