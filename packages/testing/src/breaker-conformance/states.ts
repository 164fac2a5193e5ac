import { equal, rejects } from 'node:assert/strict';
import { background } from '@fairlead/endpoint';
import type { RequirementOf } from '../conformance-case.ts';
import type { BreakerBinding } from './binding.ts';
import { down, onStage, openMs, tripAt } from './scene.ts';

/** When a breaker opens, half opens and closes. */
export const states: readonly RequirementOf<BreakerBinding>[] = [
  [
    'lets calls through while it is closed, with their own answers and errors',
    (binding) =>
      onStage(binding, async ({ middleware, fail }) => {
        const answer = { v: 3 };
        await fail(tripAt - 1);
        for (let i = 0; i < tripAt; i++) {
          equal(await middleware(async () => answer)('hello', background), answer);
        }
      }),
  ],
  [
    'opens at the failure that is one too many',
    (binding) =>
      onStage(binding, async ({ fail, refuses }) => {
        await fail(tripAt);
        await refuses();
      }),
  ],
  [
    'begins to count a row anew at a success',
    (binding) =>
      onStage(binding, async ({ fail, succeed }) => {
        await fail(tripAt - 1);
        await succeed();
        await fail(tripAt - 1);
        await succeed();
      }),
  ],
  [
    'calls nobody while it is open, for as long as it is set to',
    (binding) =>
      onStage(binding, async ({ fail, middleware, pass, refuses }) => {
        await fail(tripAt);
        let reached = 0;
        const call = middleware(async () => {
          reached++;
        });
        for (let i = 0; i < 10; i++) await rejects(call('hello', background));
        await pass(openMs - 1);
        await rejects(call('hello', background));
        equal(reached, 0);
        await refuses();
      }),
  ],
  [
    'closes when its probe succeeds',
    (binding) =>
      onStage(binding, async ({ halfOpen, hang, succeed }) => {
        await halfOpen();
        await succeed();
        const calls = [hang(), hang(), hang()];
        for (const call of calls) equal(call.reached(), true);
        for (const call of calls) await call.answer();
      }),
  ],
  [
    'begins to count anew when it has closed',
    (binding) =>
      onStage(binding, async ({ halfOpen, succeed, fail }) => {
        await halfOpen();
        await succeed();
        await fail(tripAt - 1);
        await succeed();
      }),
  ],
  [
    'opens again when its probe fails, for its time again',
    (binding) =>
      onStage(binding, async ({ halfOpen, fail, pass, refuses, succeed }) => {
        await halfOpen();
        await fail();
        await refuses();
        await pass(openMs - 1);
        await refuses();
        await pass(2);
        await succeed();
      }),
  ],
  [
    'opens and closes as often as it must',
    (binding) =>
      onStage(binding, async ({ halfOpen, succeed }) => {
        for (let i = 0; i < 5; i++) {
          await halfOpen();
          await succeed();
        }
      }),
  ],
  [
    'lets one probe through and calls nobody else meanwhile',
    (binding) =>
      onStage(binding, async ({ halfOpen, hang }) => {
        await halfOpen();
        const probe = hang();
        const others = Array.from({ length: 10 }, () => hang());
        for (const { outcome } of others) outcome.catch(() => {});
        equal(probe.reached(), true);
        equal(others.filter((other) => other.reached()).length, 0);
        await probe.answer();
      }),
  ],
  [
    'refuses at once what comes while its probe is under way',
    (binding) =>
      onStage(binding, async ({ halfOpen, hang, refuses }) => {
        await halfOpen();
        const probe = hang();
        await refuses();
        await probe.answer();
      }),
  ],
  [
    'is not kept half open for ever by a probe that hangs',
    (binding) =>
      onStage(binding, async ({ halfOpen, hang, pass, succeed }) => {
        await halfOpen();
        hang().outcome.catch(() => {});
        // Once for the probe, once more where a probe that takes too long opens the breaker again.
        await pass(10_001);
        await pass(openMs + 1);
        await succeed();
      }),
  ],
  [
    'does not let the late end of an earlier call close it',
    (binding) =>
      onStage(binding, async ({ hang, halfOpen, refuses }) => {
        const late = hang();
        await halfOpen();
        const probe = hang();
        await late.answer();
        const another = hang();
        another.outcome.catch(() => {});
        equal(another.reached(), false);
        await probe.fail();
        await refuses();
      }),
  ],
  [
    'does not let the late end of an earlier call open it',
    (binding) =>
      onStage(binding, async ({ hang, halfOpen, succeed }) => {
        const late = hang();
        await halfOpen();
        const probe = hang();
        await late.fail();
        await probe.answer();
        await succeed();
      }),
  ],
  [
    'counts an endpoint that throws where it should reject',
    (binding) =>
      onStage(binding, async ({ middleware, refuses }) => {
        const call = middleware((): Promise<void> => {
          throw down;
        });
        for (let i = 0; i < tripAt; i++) {
          await rejects(call('hello', background), (thrown) => thrown === down);
        }
        await refuses();
      }),
  ],
];
