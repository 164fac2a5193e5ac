import { deepEqual, ok } from 'node:assert/strict';
import {
  background,
  type Context,
  deadlineExceeded,
  type Endpoint,
  type ServiceError,
} from '@fairlead/endpoint';
import type { Message } from '../transport-conformance/binding.ts';
import { deferred } from '../transport-conformance/expect.ts';
import { type Law, onStage, type Proof } from './law.ts';
import { failureOf, outcomeOf } from './outcome.ts';

/** So that the caller's own deadline is the only one. */
const noTimeout = { client: { timeoutMs: Number.POSITIVE_INFINITY } };

/** The longest time that every transport can say exactly, but for a second or two. */
const maxTimeoutMs = 2 ** 31 - 1;
const roundingMs = 2000;

/** Real time passes here, so there are fewer tries. */
const maxWaits = 20;

/** A deadline is the same moment on both sides, or a little earlier. */
export const deadlines: readonly Law[] = [
  [
    'hands on the time that is left: no more of it, and hardly less',
    (proof) =>
      onStage(
        proof,
        async (play) => {
          const { fc, parameters } = proof;
          const property = fc.asyncProperty(fc.integer({ min: 5000, max: 1e10 }), (timeoutMs) => {
            const endpoint = async (_request: Message, ctx: Context) => ({
              remainingMs: ctx.remainingMs(),
            });
            return play(endpoint, async (remote) => {
              using ctx = background.withTimeout(timeoutMs);
              const remainingMs = Number((await remote({}, ctx))['remainingMs']);
              const least = Math.min(ctx.remainingMs(), maxTimeoutMs) - roundingMs;
              ok(
                remainingMs <= timeoutMs && remainingMs >= least,
                `the server had ${remainingMs} ms of ${timeoutMs}`,
              );
            });
          });
          await fc.assert(property, parameters);
        },
        noTimeout,
      ),
  ],
  [
    'has no deadline where the caller has none',
    (proof) =>
      onStage(
        proof,
        (play) =>
          play(
            async (_request, ctx) => ({ limited: ctx.deadline !== undefined }),
            async (remote) => deepEqual(await remote({}, background), { limited: false }),
          ),
        noTimeout,
      ),
  ],
  [
    'ends on both sides at the deadline',
    (proof) =>
      onStage(
        proof,
        async (play) => {
          const { fc } = proof;
          const property = fc.asyncProperty(fc.integer({ min: 1, max: 40 }), (timeoutMs) => {
            const ends: Promise<ServiceError>[] = [];
            const endpoint: Endpoint<Message, Message> = (_request, ctx) => {
              const ended = deferred<ServiceError>();
              ends.push(ended.promise);
              ctx.onAbort(ended.resolve);
              return new Promise(() => {});
            };
            return play(endpoint, async (remote) => {
              using ctx = background.withTimeout(timeoutMs);
              const expected = { error: failureOf(deadlineExceeded()) };
              deepEqual(await outcomeOf(remote({}, ctx)), expected);
              // The call may be late already when it arrives, and then reaches no endpoint.
              for (const { code } of await Promise.all(ends)) {
                ok(code === 'deadline_exceeded' || code === 'canceled', `ended with ${code}`);
              }
            });
          });
          await fc.assert(property, fewer(proof));
        },
        noTimeout,
      ),
  ],
];

function fewer({ parameters }: Proof): Proof['parameters'] {
  return { ...parameters, numRuns: Math.min(parameters.numRuns, maxWaits) };
}
