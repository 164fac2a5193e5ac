import { transportConformance } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createMemoryClient } from './client.ts';
import { createMemoryServer } from './listener.ts';
import type { Serialisation } from './serialisation.ts';
import { memoryHandler } from './server.ts';

describe.each<Serialisation>(['none', 'structured', 'json'])(
  'the transport in memory, with serialisation %s',
  (serialisation) => {
    const cases = transportConformance({
      async pair(endpoint, { server: serverHooks, client: clientHooks }) {
        const echo = memoryHandler(endpoint, serverHooks);
        const server = createMemoryServer({ echo }, { serialisation });
        const client = createMemoryClient(server);
        return {
          call: client.endpoint('echo', clientHooks),
          async close() {
            await client.close();
            await server.close({ graceMs: 0 });
          },
        };
      },
    });
    for (const { name, run } of cases) it(name, run);
  },
);
