import { deepEqual, equal, ok } from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { background, type Context, type Endpoint, ServiceError } from '@fairlead/endpoint';
import type { Arbitrary } from 'fast-check';
import type { Message } from '../transport-conformance/binding.ts';
import { deferred } from '../transport-conformance/expect.ts';
import { type ErrorParts, errorOf, serviceErrors } from './arbitraries.ts';
import { type Fc, type Law, onStage } from './law.ts';
import { failureOf, type Outcome, outcomeOf, turns } from './outcome.ts';

/** Why a caller cancels: a reason of its own, or none. */
function reasons(fc: Fc): Arbitrary<ErrorParts | undefined> {
  return fc.option(serviceErrors(fc), { nil: undefined });
}

/** What a caller must see that canceled for this reason. */
function canceled(reason: ErrorParts | undefined): Outcome {
  const error = reason ? errorOf(reason) : new ServiceError('canceled', 'call canceled');
  return { error: failureOf(error) };
}

/** A caller who cancels is told its own reason, and the endpoint is told to stop. */
export const cancellations: readonly Law[] = [
  [
    'calls nothing for a caller who has canceled already, whatever the reason',
    (proof) =>
      onStage(proof, async (play) => {
        const { fc, parameters } = proof;
        const property = fc.asyncProperty(reasons(fc), (reason) => {
          let calls = 0;
          const endpoint = async () => ({ calls: ++calls });
          return play(endpoint, async (remote) => {
            const ctx = background.withCancel();
            ctx.cancel(reason && errorOf(reason));
            deepEqual(await outcomeOf(remote({}, ctx)), canceled(reason));
            deepEqual(await remote({}, background), { calls: 1 });
          });
        });
        await fc.assert(property, parameters);
      }),
  ],
  [
    'ends on both sides when the caller cancels during the call, whatever the reason',
    (proof) =>
      onStage(proof, async (play) => {
        const { fc, parameters } = proof;
        const property = fc.asyncProperty(reasons(fc), fc.nat(5), (reason, pause) => {
          const called = deferred<Context>();
          const ended = deferred<ServiceError>();
          const endpoint: Endpoint<Message, Message> = (_request, ctx) => {
            ctx.onAbort(ended.resolve);
            called.resolve(ctx);
            return new Promise(() => {});
          };
          return play(endpoint, async (remote) => {
            const ctx = background.withCancel();
            const outcome = outcomeOf(remote({}, ctx));
            await called.promise;
            await turns(pause);
            ctx.cancel(reason && errorOf(reason));
            deepEqual(await outcome, canceled(reason));
            equal((await ended.promise).code, 'canceled');
          });
        });
        await fc.assert(property, parameters);
      }),
  ],
  [
    'ends with the answer or as canceled, and in no other way, whenever the caller cancels',
    (proof) =>
      onStage(proof, async (play) => {
        const { fc, parameters } = proof;
        const property = fc.asyncProperty(fc.nat(20), fc.nat(10), (patience, work) => {
          const response = { work };
          const endpoint = () => turns(work).then(() => response);
          return play(endpoint, async (remote) => {
            const ctx = background.withCancel();
            const outcome = outcomeOf(remote({}, ctx));
            await turns(patience);
            ctx.cancel();
            const actual = await outcome;
            ok(
              [{ response }, canceled(undefined)].some((each) => isDeepStrictEqual(actual, each)),
              `ended with ${JSON.stringify(actual)}`,
            );
          });
        });
        await fc.assert(property, parameters);
      }),
  ],
];
