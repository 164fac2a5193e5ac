import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { background, createContext, isServiceError, ServiceError } from '@fairlead/endpoint';
import type { RequirementOf } from '../conformance-case.ts';
import type { BreakerBinding } from './binding.ts';
import { down, onStage, tripAt } from './scene.ts';

async function* numbers(error?: unknown): AsyncIterable<number> {
  yield 1;
  if (error !== undefined) throw error;
  yield 2;
}

async function read(stream: AsyncIterable<number>): Promise<number[]> {
  const all: number[] = [];
  for await (const n of stream) all.push(n);
  return all;
}

/** What a breaker makes of errors, contexts and streams. */
export const calls: readonly RequirementOf<BreakerBinding>[] = [
  [
    'does not count a request that was wrong, nor a caller who left',
    (binding) =>
      onStage(binding, async ({ fail, succeed }) => {
        for (const code of [
          'invalid_argument',
          'not_found',
          'canceled',
          'unauthenticated',
        ] as const) {
          await fail(2 * tripAt, new ServiceError(code, 'no'));
        }
        await succeed();
      }),
  ],
  [
    'does not forget a row for what does not count',
    (binding) =>
      onStage(binding, async ({ fail, refuses }) => {
        await fail(tripAt - 1);
        await fail(1, new ServiceError('not_found', 'no'));
        await fail();
        await refuses();
      }),
  ],
  [
    'is not closed by a probe whose caller left',
    (binding) =>
      onStage(binding, async ({ halfOpen, fail, hang }) => {
        await halfOpen();
        await fail(1, new ServiceError('canceled', 'gone'));
        const probe = hang();
        const another = hang();
        another.outcome.catch(() => {});
        equal(probe.reached(), true);
        equal(another.reached(), false);
        await probe.answer();
      }),
  ],
  [
    'says how long to wait when it is open',
    (binding) =>
      onStage(binding, async ({ fail, middleware }) => {
        await fail(tripAt);
        await rejects(
          middleware(async () => 'well')('hello', background),
          (thrown) => isServiceError(thrown) && (thrown.retryAfterMs ?? 0) > 0,
        );
      }),
  ],
  [
    'refuses with its own text',
    (binding) =>
      onStage(binding, async ({ fail, middleware }) => {
        await fail(tripAt);
        await rejects(middleware(async () => 'well')('hello', background), {
          message: 'circuit breaker is open',
        });
      }),
  ],
  [
    'hands on the request and what the context carries',
    (binding) =>
      onStage(binding, async ({ middleware }) => {
        using ctx = createContext({ timeoutMs: 5000 });
        const call = middleware(async (request: string, own) => [request, own.deadline]);
        deepEqual(await call('hello', ctx), ['hello', ctx.deadline]);
      }),
  ],
  [
    'ends the call at the endpoint when the caller leaves',
    (binding) =>
      onStage(binding, async ({ hang, succeed }) => {
        using ctx = createContext();
        for (let i = 0; i < 2 * tripAt; i++) {
          const scoped = ctx.withCancel();
          const { outcome, reached } = hang(scoped);
          ok(reached());
          scoped.cancel();
          await rejects(outcome, (thrown) => isServiceError(thrown, 'canceled'));
        }
        await succeed();
      }),
  ],
  [
    'counts a stream at its end',
    (binding) =>
      onStage(binding, async ({ middleware, refuses, succeed }) => {
        deepEqual(await read(await middleware(async () => numbers())('hello', background)), [1, 2]);
        const call = middleware(async () => numbers(down));
        const streams: AsyncIterable<number>[] = [];
        for (let i = 0; i < tripAt; i++) streams.push(await call('hello', background));
        await succeed();
        for (const stream of streams) {
          await rejects(read(stream), (thrown) => thrown === down);
          // What a breaker of promises learns, it learns a moment later.
          await new Promise((resolve) => setImmediate(resolve));
        }
        await refuses();
      }),
  ],
  [
    'takes a reader who has read enough for well served',
    (binding) =>
      onStage(binding, async ({ middleware, succeed }) => {
        const call = middleware(async () => numbers());
        for (let i = 0; i < 2 * tripAt; i++) {
          for await (const n of await call('hello', background)) {
            equal(n, 1);
            break;
          }
        }
        await succeed();
      }),
  ],
];
