import { deepEqual } from 'node:assert/strict';
import { background, type Endpoint } from '@fairlead/endpoint';
import type { Arbitrary } from 'fast-check';
import type { Message } from '../transport-conformance/binding.ts';
import { errorOf, serviceErrors } from './arbitraries.ts';
import { type Fc, type Law, onStage } from './law.ts';
import { outcomeOf } from './outcome.ts';

/** What is thrown is answered in the clean form that it has in its own process. */
export const errors: readonly Law[] = [
  failsAlike('with any ServiceError', (fc) =>
    serviceErrors(fc).map((parts) => ({ parts, thrown: () => errorOf(parts) })),
  ),
  failsAlike('with a ServiceError in any chain of causes', (fc) =>
    fc
      .tuple(serviceErrors(fc), fc.array(fc.string(), { minLength: 1, maxLength: 10 }))
      .map(([parts, wrappings]) => ({
        parts,
        wrappings,
        thrown: () =>
          wrappings.reduce<Error>(
            (cause, message) => new Error(message, { cause }),
            errorOf(parts),
          ),
      })),
  ),
  failsAlike('with an error of any name', (fc) =>
    fc
      .tuple(fc.constantFrom('AbortError', 'TimeoutError', 'TypeError', 'E'), fc.string())
      .map(([name, message]) => ({
        name,
        message,
        thrown: () => Object.assign(new Error(message), { name }),
      })),
  ),
  failsAlike('with anything else that can be thrown', (fc) =>
    fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }).map((value) => ({
      value,
      thrown: () => value,
    })),
  ),
];

interface Throw {
  readonly thrown: () => unknown;
}

function failsAlike(how: string, throwsOf: (fc: Fc) => Arbitrary<Throw>): Law {
  return [
    `fails as the endpoint does, ${how}`,
    (proof) =>
      onStage(proof, async (play) => {
        const { fc, parameters } = proof;
        const property = fc.asyncProperty(throwsOf(fc), ({ thrown }) => {
          const endpoint: Endpoint<Message, Message> = async () => {
            throw thrown();
          };
          return play(endpoint, async (remote) => {
            const expected = await outcomeOf(endpoint({}, background));
            deepEqual(await outcomeOf(remote({}, background)), expected);
          });
        });
        await fc.assert(property, parameters);
      }),
  ];
}
