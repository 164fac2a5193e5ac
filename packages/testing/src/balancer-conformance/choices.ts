import { equal, ok, throws } from 'node:assert/strict';
import { isServiceError } from '@fairlead/endpoint';
import type { RequirementOf } from '../conformance-case.ts';
import type { BalancerBinding } from './binding.ts';
import { callsOf, entries, sceneOf } from './scene.ts';

/** How far chance alone takes a count from its mean: five standard deviations of a binomial. */
function slack(share: number, count: number): number {
  return 5 * Math.sqrt(count * share * (1 - share));
}

function near(actual: number, share: number, count: number, { unevenness = 0 }: BalancerBinding) {
  const off = Math.abs(actual - share * count);
  const allowed = slack(share, count) + unevenness * share * count;
  ok(off <= allowed, `${actual} of ${count} calls, where ${share * count} ± ${allowed} are due`);
}

/** Whom a balancer picks. */
export const choices: readonly RequirementOf<BalancerBinding>[] = [
  [
    'picks nobody where there is nobody, and says that nothing was sent',
    async (binding) => {
      const { balancer } = sceneOf(binding, []);
      throws(
        () => balancer.pick(),
        (error) => isServiceError(error, 'unavailable') && error.unsent,
      );
    },
  ],
  [
    'picks the only one every time',
    async (binding) => {
      equal(callsOf(sceneOf(binding, entries(1)), 100).get('instance-0000'), 100);
    },
  ],
  [
    'gives instances that are alike as many calls',
    async (binding) => {
      const counts = callsOf(sceneOf(binding, entries(10)), 20_000);
      for (const { value } of entries(10)) near(counts.get(value) ?? 0, 0.1, 20_000, binding);
    },
  ],
  [
    'gives instances that are alike as many calls when those last',
    async (binding) => {
      const { balancer } = sceneOf(binding, entries(10));
      for (let i = 0; i < 10_000; i++) balancer.pick();
      for (const { pending } of balancer.status()) near(pending, 0.1, 10_000, binding);
    },
  ],
  [
    'gives an instance of twice the weight twice the calls, where it weighs',
    async (binding) => {
      if (!binding.weighs) return;
      const { balancer } = sceneOf(
        binding,
        entries(4, (i) => (i === 0 ? 2 : 1)),
      );
      for (let i = 0; i < 10_000; i++) balancer.pick();
      const [heavy] = balancer.status();
      near(heavy?.pending ?? 0, 0.4, 10_000, binding);
    },
  ],
  [
    'does so too where each call is over before the next',
    async (binding) => {
      if (!binding.weighs) return;
      const counts = callsOf(
        sceneOf(
          binding,
          entries(4, (i) => (i === 0 ? 2 : 1)),
        ),
        10_000,
      );
      const heavy = counts.get('instance-0000') ?? 0;
      // To draw two and take one evens weights out a little.
      ok(heavy > 3000 && heavy < 5000, `${heavy} of 10000 calls, where about 4000 are due`);
    },
  ],
  [
    'keeps a key with one instance, in every process, where it keeps',
    async (binding) => {
      if (!binding.keeps) return;
      for (const key of ['ada', 'grace', 'grün']) {
        const owners = [1, 2].map((seed) => callsOf(sceneOf(binding, entries(10), seed), 20, key));
        equal(owners[0]?.size, 1);
        equal([...(owners[0]?.keys() ?? [])][0], [...(owners[1]?.keys() ?? [])][0]);
      }
    },
  ],
  [
    'goes elsewhere where it is told to, if there is anywhere',
    async (binding) => {
      const { balancer } = sceneOf(binding, entries(3));
      const avoid = new Set(['instance-0000', 'instance-0002']);
      for (let i = 0; i < 50; i++)
        equal(balancer.pick({ avoid, key: `${i}` }).value, 'instance-0001');
      const all = new Set(entries(3).map(({ value }) => value));
      ok(balancer.pick({ avoid: all, key: 'ada' }).value);
    },
  ],
];
