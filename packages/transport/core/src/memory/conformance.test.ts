import type { Endpoint, OperationKind } from '@fairlead/endpoint';
import {
  type MakePair,
  type StreamBinding,
  streamConformance,
  symmetryLaw,
  type TransportBinding,
  transportConformance,
} from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createMemoryClient } from './client.ts';
import { createMemoryServer } from './listener.ts';
import type { Serialisation } from './serialisation.ts';
import { memoryHandler } from './server.ts';

/** A failing law takes its time to find its smallest counterexample. */
const lawTimeoutMs = 30_000;

function pairs<Req, Res>(serialisation: Serialisation, kind: OperationKind): MakePair<Req, Res> {
  return async (endpoint: Endpoint<Req, Res>, { server: serverHooks, client: clientHooks }) => {
    const echo = memoryHandler(endpoint, { ...serverHooks, kind });
    const server = createMemoryServer({ echo }, { serialisation });
    const client = createMemoryClient(server);
    return {
      call: client.endpoint('echo', clientHooks),
      async close() {
        await client.close();
        await server.close({ graceMs: 0 });
      },
    };
  };
}

const bindingOf = (serialisation: Serialisation): TransportBinding => ({
  pair: pairs(serialisation, 'unary'),
});

const streamBindingOf = (serialisation: Serialisation): StreamBinding => ({
  serverStream: pairs(serialisation, 'server_stream'),
  clientStream: pairs(serialisation, 'client_stream'),
  bidiStream: pairs(serialisation, 'bidi_stream'),
});

describe.each<Serialisation>(['none', 'structured', 'json'])(
  'in memory, with serialisation %s',
  (serialisation) => {
    const binding = bindingOf(serialisation);

    describe('the transport', () => {
      for (const { name, run } of transportConformance(binding)) it(name, run);
    });

    describe('streams', () => {
      for (const { name, run } of streamConformance(streamBindingOf(serialisation))) it(name, run);
    });

    describe('the symmetry law', () => {
      for (const { name, run } of symmetryLaw(binding)) it(name, { timeout: lawTimeoutMs }, run);
    });
  },
);
