import { symmetryLaw } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createMemoryClient } from './client.ts';
import { createMemoryServer } from './listener.ts';
import type { Serialisation } from './serialisation.ts';
import { memoryHandler } from './server.ts';

/** A failing law takes its time to find its smallest counterexample. */
const timeoutMs = 30_000;

describe.each<Serialisation>(['none', 'structured', 'json'])(
  'the symmetry law in memory, with serialisation %s',
  (serialisation) => {
    const laws = symmetryLaw({
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
    for (const { name, run } of laws) it(name, { timeout: timeoutMs }, run);
  },
);
