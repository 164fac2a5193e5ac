import { deepEqual, equal, ok } from 'node:assert/strict';
import { background, ServiceError } from '@fairlead/endpoint';
import type { RequirementOf } from '../conformance-case.ts';
import { seededRandom } from '../seeded-random.ts';
import type { LimiterBinding } from './binding.ts';
import { callsOf, drain, inScene } from './scene.ts';

/** What a limiter does that refuses. */
export const refusals: readonly RequirementOf<LimiterBinding>[] = [
  [
    'lets its burst go, and refuses the next without calling',
    (binding) =>
      inScene(binding, async (scene) => {
        const calls = callsOf(scene, 'refusing');
        await drain(binding, calls);
        const error = await calls.start('next');
        ok(error !== 'ok', 'one more than the burst went');
        const { code, message, unsent } = error;
        deepEqual([code, message, unsent], ['resource_exhausted', 'rate limit exceeded', true]);
        equal(calls.passed.length, binding.burst);
      }),
  ],
  [
    'lets a call go again after the time that its refusal names',
    (binding) =>
      inScene(binding, async (scene) => {
        const calls = callsOf(scene, 'refusing');
        await drain(binding, calls);
        const error = await calls.start();
        ok(error !== 'ok' && error.retryAfterMs !== undefined, 'the refusal names no time');
        ok(error.retryable, 'the refusal says that trying again cannot help');
        ok(
          error.retryAfterMs > 0 && error.retryAfterMs <= binding.everyMs,
          'it names a wrong time',
        );
        await scene.pass(error.retryAfterMs + (binding.earlyMs ?? 0));
        equal(await calls.start(), 'ok');
      }),
  ],
  [
    'names no time that is longer than needed',
    (binding) =>
      inScene(binding, async (scene) => {
        const calls = callsOf(scene, 'refusing');
        await drain(binding, calls);
        await scene.pass(binding.everyMs / 2);
        const error = await calls.start();
        ok(error !== 'ok', 'it went in half the time');
        ok(
          (error.retryAfterMs ?? 0) <= binding.everyMs * 0.6,
          'the time that has passed is forgotten',
        );
      }),
  ],
  [
    'lets no more go than its burst, however many come at once',
    (binding) =>
      inScene(binding, async (scene) => {
        const calls = callsOf(scene, 'refusing');
        const outcomes = await Promise.all(
          Array.from({ length: binding.burst * 10 }, () => calls.start()),
        );
        equal(outcomes.filter((outcome) => outcome === 'ok').length, binding.burst);
      }),
  ],
  [
    'lets no more go in any time than its burst and what comes back',
    (binding) =>
      inScene(binding, async (scene) => {
        const { burst, everyMs, earlyMs = 0 } = binding;
        const calls = callsOf(scene, 'refusing');
        const random = seededRandom(3);
        for (let i = 0; i < 60; i++) {
          await calls.start();
          if (random() < 0.5) await scene.pass(random() * everyMs * 1.5);
        }
        const times = calls.passed.map(({ at }) => at);
        for (const [i, from] of times.entries()) {
          for (const [j, to] of times.slice(i).entries()) {
            const most = burst + (to - from + earlyMs) / everyMs + 1e-6;
            ok(j + 1 <= most, `${j + 1} calls within ${to - from} ms`);
          }
        }
      }),
  ],
  [
    'counts a call that fails like any other',
    (binding) =>
      inScene(binding, async (scene) => {
        const failure = new ServiceError('not_found', 'none');
        const calls = callsOf(scene, 'refusing', failure);
        const outcomes: unknown[] = [];
        for (let i = 0; i <= binding.burst; i++) outcomes.push(await calls.start());
        equal(outcomes.filter((outcome) => outcome === failure).length, binding.burst);
      }),
  ],
  [
    'changes neither the request nor the response',
    (binding) =>
      inScene(binding, async ({ refusing }) => {
        const request = { a: 1 };
        equal(await refusing?.(async (got: object) => got)(request, background), request);
      }),
  ],
];
