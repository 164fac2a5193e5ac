import { symmetryLaw, type TransportBinding, transportConformance } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createMemoryClient } from './client.ts';
import { createMemoryServer } from './listener.ts';
import type { Serialisation } from './serialisation.ts';
import { memoryHandler } from './server.ts';

/** A failing law takes its time to find its smallest counterexample. */
const lawTimeoutMs = 30_000;

const bindingOf = (serialisation: Serialisation): TransportBinding => ({
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

describe.each<Serialisation>(['none', 'structured', 'json'])(
  'in memory, with serialisation %s',
  (serialisation) => {
    const binding = bindingOf(serialisation);

    describe('the transport', () => {
      for (const { name, run } of transportConformance(binding)) it(name, run);
    });

    describe('the symmetry law', () => {
      for (const { name, run } of symmetryLaw(binding)) it(name, { timeout: lawTimeoutMs }, run);
    });
  },
);
