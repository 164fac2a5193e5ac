import { deepEqual } from 'node:assert/strict';
import { background, type Endpoint } from '@fairlead/endpoint';
import type { Message } from '../transport-conformance/binding.ts';
import { errorOf, messages, serviceErrors } from './arbitraries.ts';
import { type Law, onStage } from './law.ts';
import { outcomeOf, turns } from './outcome.ts';

/** Calls at once do not know of each other. */
export const crowds: readonly Law[] = [
  [
    'gives each of many calls at once its own outcome, in whatever order they end',
    (proof) =>
      onStage(proof, async (play) => {
        const { fc, parameters } = proof;
        const one = fc.record({
          work: fc.nat(10),
          outcome: fc.oneof(
            messages(fc).map((response) => ({ response })),
            serviceErrors(fc).map((error) => ({ error })),
          ),
        });
        const property = fc.asyncProperty(fc.array(one, { maxLength: 20 }), (calls) => {
          const endpoint: Endpoint<Message, Message> = async ({ index }) => {
            const { work, outcome } = calls[Number(index)] ?? {
              work: 0,
              outcome: { response: {} },
            };
            await turns(work);
            if ('error' in outcome) throw errorOf(outcome.error);
            return outcome.response;
          };
          const all = (each: Endpoint<Message, Message>) =>
            Promise.all(calls.map((_call, index) => outcomeOf(each({ index }, background))));
          return play(endpoint, async (remote) =>
            deepEqual(await all(remote), await all(endpoint)),
          );
        });
        await fc.assert(property, parameters);
      }),
  ],
];
