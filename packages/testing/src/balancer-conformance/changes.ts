import { equal, ok } from 'node:assert/strict';
import { background, ServiceError } from '@fairlead/endpoint';
import type { Lease } from '@fairlead/lb';
import type { RequirementOf } from '../conformance-case.ts';
import { seededRandom } from '../seeded-random.ts';
import type { BalancerBinding } from './binding.ts';
import { callsOf, entries, sceneOf, tookMs } from './scene.ts';

const failure = new ServiceError('internal', 'failed');
const unreachable = new ServiceError('unavailable', 'nobody there', { unsent: true });

/** What a balancer makes of a world that changes. */
export const changes: readonly RequirementOf<BalancerBinding>[] = [
  [
    'picks an instance that has come, and never one that has gone',
    async (binding) => {
      const all = entries(4);
      const scene = sceneOf(binding, all.slice(0, 3));
      callsOf(scene, 100);
      scene.endpointer.list(all.slice(1));
      const counts = callsOf(scene, 1000);
      equal(counts.has('instance-0000'), false);
      ok((counts.get('instance-0003') ?? 0) > 0, 'the new one has no call');
    },
  ],
  [
    'moves no key of an instance that stays, or few, where it keeps',
    async (binding) => {
      if (!binding.keeps) return;
      const all = entries(10);
      const scene = sceneOf(binding, all);
      const keys = Array.from({ length: 1000 }, (_, i) => `key-${i}`);
      const owner = (key: string): string => [...callsOf(scene, 1, key).keys()][0] ?? '';
      const before = keys.map(owner);
      scene.endpointer.list(all.slice(1));
      const moved = keys.filter(
        (key, i) => before[i] !== 'instance-0000' && owner(key) !== before[i],
      );
      ok(moved.length <= 20, `${moved.length} of 1000 keys moved although their instance stayed`);
    },
  ],
  [
    'leaves an instance out that fails, and lets it back in',
    async (binding) => {
      const scene = sceneOf(binding, entries(3));
      const { balancer, pass } = scene;
      for (let i = 0, missed = false; !missed; i++) {
        const lease = balancer.pick({ key: `${i}` });
        missed = lease.value === 'instance-0000';
        pass(tookMs);
        lease.end(missed ? unreachable : undefined);
      }
      equal(balancer.status()[0]?.ejected, true);
      ok(!callsOf(scene, 100).has('instance-0000'), 'it is picked although it is left out');
      pass(120_000);
      ok(callsOf(scene, 500).has('instance-0000'), 'it has not come back');
    },
  ],
  [
    'still picks where all of them fail',
    async (binding) => {
      for (const error of [failure, unreachable]) {
        const { balancer } = sceneOf(binding, entries(3));
        const used = new Set<string>();
        for (let i = 0; i < 300; i++) {
          const lease = balancer.pick({ key: `${i}` });
          used.add(lease.value);
          lease.end(error);
        }
        ok(used.size >= 2, 'all calls went to one of three that fail alike');
      }
    },
  ],
  [
    'waits for the first instance when it is asked to',
    async (binding) => {
      const { balancer, endpointer } = sceneOf(binding, []);
      const ready = balancer.ready(background);
      endpointer.list(entries(1));
      await ready;
      equal(balancer.pick().value, 'instance-0000');
    },
  ],
  [
    'keeps its books through changes in the midst of calls',
    async (binding) => {
      const all = entries(20);
      const { balancer, endpointer } = sceneOf(binding, all);
      const random = seededRandom(7);
      let listed = all;
      const leases: Lease<string>[] = [];
      for (let i = 0; i < 1500; i++) {
        const what = random();
        if (what < 0.05) {
          listed = all.filter(() => random() < 0.7);
          if (listed.length === 0) listed = all;
          endpointer.list(listed);
        } else if (what < 0.55) {
          const lease = balancer.pick({ key: `${i % 50}` });
          ok(
            listed.some(({ value }) => value === lease.value),
            'it picked one that is not listed',
          );
          leases.push(lease);
        } else {
          leases.pop()?.end(random() < 0.2 ? failure : undefined);
        }
      }
      for (const lease of leases) lease.end();
      endpointer.list(all);
      for (const { pending } of balancer.status()) equal(pending, 0);
      for (const { inFlight } of all) equal(inFlight, 0);
    },
  ],
];
