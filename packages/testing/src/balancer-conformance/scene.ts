import type { Clock } from '@fairlead/endpoint';
import type { Balancer } from '@fairlead/lb';
import {
  type FakeEndpointer,
  type FakeEntry,
  fakeEndpointer,
  fakeEntry,
} from '../fake-endpointer.ts';
import { seededRandom } from '../seeded-random.ts';
import type { BalancerBinding } from './binding.ts';

/** One balancer and the endpointer under it. The value of an entry is its id. */
export interface Scene {
  readonly balancer: Balancer<string>;
  readonly endpointer: FakeEndpointer<string>;
  /** Lets so many milliseconds go by. */
  pass(ms: number): void;
}

/** Makes a scene with these entries. */
export function sceneOf(
  binding: BalancerBinding,
  entries: readonly FakeEntry<string>[],
  seed = 1,
): Scene {
  const endpointer = fakeEndpointer(entries);
  let now = 0;
  const clock: Clock = {
    now: () => now,
    schedule() {
      throw new Error('a balancer needs no timer');
    },
  };
  const balancer = binding.create(endpointer, { clock, random: seededRandom(seed) });
  return {
    balancer,
    endpointer,
    pass(ms) {
      now += ms;
    },
  };
}

/** So many entries, with the weights that are asked for. */
export function entries(
  count: number,
  weightOf: (index: number) => number = () => 1,
): FakeEntry<string>[] {
  return Array.from({ length: count }, (_, i) => {
    const id = `instance-${String(i).padStart(4, '0')}`;
    const address = `10.0.${i >> 8}.${i & 255}:80`;
    return fakeEntry(id, { id, address, weight: weightOf(i) });
  });
}

/** How long a call takes, in milliseconds. */
export const tookMs = 5;

/** How many of so many calls, each over before the next, go to each instance. */
export function callsOf(
  { balancer, pass }: Scene,
  count: number,
  key?: string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const lease = balancer.pick({ key });
    counts.set(lease.value, (counts.get(lease.value) ?? 0) + 1);
    pass(tookMs);
    lease.end();
  }
  return counts;
}
