import { deepEqual, equal, ok } from 'node:assert/strict';
import { background, createContext } from '@fairlead/endpoint';
import type { RequirementOf } from '../conformance-case.ts';
import type { LimiterBinding } from './binding.ts';
import { callsOf, drain, inScene } from './scene.ts';

/** What a limiter does that makes calls wait. */
export const waits: readonly RequirementOf<LimiterBinding>[] = [
  [
    'lets calls go in the order in which they came, and none before its time',
    (binding) =>
      inScene(binding, async (scene) => {
        const { burst, everyMs, earlyMs = 0 } = binding;
        const calls = callsOf(scene, 'waiting');
        const names = Array.from({ length: burst + 5 }, (_, i) => `${i}`);
        const outcomes = Promise.all(names.map((name) => calls.start(name)));
        await scene.pass(everyMs * 7);
        deepEqual(new Set(await outcomes), new Set(['ok']));
        const { passed } = calls;
        deepEqual(
          passed.map(({ name }) => name),
          names,
        );
        for (const [i, { at }] of passed.entries()) {
          const afterMs = at - (passed[0]?.at ?? 0);
          const least = Math.max(0, i + 1 - burst) * everyMs - earlyMs;
          ok(afterMs >= least - 1e-6, `call ${i} went after ${afterMs} ms, not ${least}`);
        }
      }),
  ],
  [
    'fails at once where the wait would be beyond the deadline, and takes nothing',
    (binding) =>
      inScene(binding, async (scene) => {
        const calls = callsOf(scene, 'waiting');
        await drain(binding, calls);
        using ctx = createContext({ timeoutMs: binding.everyMs / 2, clock: scene.clock });
        const from = scene.clock.now();
        const error = await calls.start('late', ctx);
        ok(error !== 'ok' && error.code === 'resource_exhausted', 'it is not refused');
        ok(scene.clock.now() - from < binding.everyMs / 4, 'it waited');
        const next = calls.start('next');
        await scene.pass(binding.everyMs + (binding.earlyMs ?? 0));
        equal(await next, 'ok');
      }),
  ],
  [
    'fails at once where the call ends while it waits, and never calls',
    (binding) =>
      inScene(binding, async (scene) => {
        const calls = callsOf(scene, 'waiting');
        await drain(binding, calls);
        using ctx = background.withCancel();
        const outcome = calls.start('left', ctx);
        ctx.cancel();
        const error = await outcome;
        equal(error !== 'ok' && error.code, 'canceled');
        await scene.pass(binding.everyMs * 3);
        ok(!calls.passed.some(({ name }) => name === 'left'), 'it was called all the same');
      }),
  ],
  [
    'gives the place of a call that ends to those behind it',
    (binding) =>
      inScene(binding, async (scene) => {
        const calls = callsOf(scene, 'waiting');
        await drain(binding, calls);
        const from = scene.clock.now();
        using ctx = background.withCancel();
        const left = calls.start('left', ctx);
        const behind = calls.start('behind');
        ctx.cancel();
        await left;
        await scene.pass(binding.everyMs + (binding.earlyMs ?? 0));
        equal(await behind, 'ok');
        const at = calls.passed.at(-1)?.at ?? 0;
        ok(at - from < binding.everyMs * 1.8, `it waited for ${at - from} ms`);
      }),
  ],
  [
    'calls nothing where the call has ended before',
    (binding) =>
      inScene(binding, async (scene) => {
        const calls = callsOf(scene, 'waiting');
        using ctx = background.withCancel();
        ctx.cancel();
        const error = await calls.start('ended', ctx);
        equal(error !== 'ok' && error.code, 'canceled');
        equal(calls.passed.length, 0);
      }),
  ],
];
