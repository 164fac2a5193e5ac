import { makeCertificates } from '@fairlead/peers/certificates';
import { symmetryLaw, type TransportBinding, transportConformance } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { http2Client } from '../../test/http2-client.ts';
import { createHttpClient } from '../client.ts';
import { createHttpServer } from '../listener.ts';
import { httpHandler } from '../server.ts';
import type { HttpServerOptions } from '../server-options.ts';

const { ca, server: identity } = await makeCertificates();

/** A client that speaks with the server over one protocol. */
interface Client {
  endpoint: ReturnType<typeof createHttpClient>['endpoint'];
  close(): Promise<void>;
}

function over(options: HttpServerOptions, connect: (port: number) => Client): TransportBinding {
  return {
    async pair(endpoint, { server: serverHooks = {}, client: clientHooks = {} }) {
      const handler = httpHandler(endpoint, {
        decode: (request) => request.json(),
        methods: ['POST'],
        ...serverHooks,
      });
      const server = createHttpServer(handler, options);
      const { port } = await server.listen();
      const client = connect(port);
      return {
        call: client.endpoint({ path: '/echo', ...clientHooks }),
        async close() {
          await client.close();
          await server.close({ graceMs: 0 });
        },
      };
    },
  };
}

const tls = { ...identity };
const bindings: readonly (readonly [string, TransportBinding])[] = [
  [
    'HTTP/2 with prior knowledge',
    over({ http2: true }, (port) => http2Client(`http://127.0.0.1:${port}`)),
  ],
  [
    'HTTP/1.1 on the same port',
    over({ http2: true }, (port) => createHttpClient(`http://127.0.0.1:${port}`)),
  ],
  [
    'HTTP/2 over TLS',
    over({ http2: true, tls }, (port) => http2Client(`https://127.0.0.1:${port}`, { ca })),
  ],
  [
    'HTTP/1.1 over TLS, for who does not know HTTP/2',
    over({ http2: true, tls }, (port) =>
      createHttpClient(`https://127.0.0.1:${port}`, { tls: { ca } }),
    ),
  ],
  [
    'HTTPS',
    over({ tls }, (port) => createHttpClient(`https://127.0.0.1:${port}`, { tls: { ca } })),
  ],
];

/** A failing law takes its time to find its smallest counterexample; so do handshakes on a busy machine. */
const timeout = 30_000;

describe.each(bindings)('%s', (_name, binding) => {
  for (const { name, run } of transportConformance(binding)) it(name, { timeout }, run);
});

describe.each(bindings.filter(([name]) => name.startsWith('HTTP/2')))('%s', (_name, binding) => {
  for (const { name, run } of symmetryLaw(binding)) it(`keeps the law: ${name}`, { timeout }, run);
});
