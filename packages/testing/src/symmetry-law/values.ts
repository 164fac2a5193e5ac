import { deepEqual } from 'node:assert/strict';
import { background } from '@fairlead/endpoint';
import { messages } from './arbitraries.ts';
import { type Law, onStage } from './law.ts';

/** A value is the same on both sides. */
export const values: readonly Law[] = [
  [
    'carries any message there and any message back',
    (proof) =>
      onStage(proof, async (play) => {
        const { fc, parameters } = proof;
        const property = fc.asyncProperty(messages(fc), messages(fc), (request, response) =>
          play(
            async (received) => {
              deepEqual(received, request);
              return response;
            },
            async (remote) => deepEqual(await remote(request, background), response),
          ),
        );
        await fc.assert(property, parameters);
      }),
  ],
];
