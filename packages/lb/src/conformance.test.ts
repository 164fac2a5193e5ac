import { balancerConformance } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createBalancer } from './balancer.ts';
import { leastRequest } from './policies/least-request.ts';
import { maglev } from './policies/maglev.ts';
import { peakEwma } from './policies/peak-ewma.ts';
import { random } from './policies/random.ts';
import { rendezvous } from './policies/rendezvous.ts';
import { ringHash } from './policies/ring-hash.ts';
import { roundRobin } from './policies/round-robin.ts';
import { slowStart } from './policies/slow-start.ts';
import { subset } from './policies/subset.ts';
import { weightedRandom } from './policies/weighted-random.ts';
import { weightedRoundRobin } from './policies/weighted-round-robin.ts';
import { zoneAware } from './policies/zone-aware.ts';
import type { PolicyFactory } from './policy.ts';

interface Subject {
  readonly name: string;
  readonly policy: PolicyFactory;
  readonly weighs?: true;
  readonly keeps?: true;
  readonly unevenness?: number;
}

const subjects: readonly Subject[] = [
  { name: 'peak EWMA', policy: peakEwma(), weighs: true },
  { name: 'least request of two', policy: leastRequest(), weighs: true },
  { name: 'least request of all', policy: leastRequest({ among: 'all' }), weighs: true },
  { name: 'round robin', policy: roundRobin() },
  { name: 'weighted round robin', policy: weightedRoundRobin(), weighs: true },
  { name: 'random', policy: random() },
  { name: 'weighted random', policy: weightedRandom(), weighs: true },
  { name: 'ring hash', policy: ringHash(), weighs: true, keeps: true, unevenness: 0.3 },
  { name: 'Maglev', policy: maglev(), weighs: true, keeps: true, unevenness: 0.02 },
  { name: 'rendezvous', policy: rendezvous(), weighs: true, keeps: true },
  { name: 'peak EWMA with a slow start', policy: slowStart(peakEwma()), weighs: true },
  { name: 'peak EWMA in zones', policy: zoneAware(peakEwma(), { zone: 'here' }), weighs: true },
  { name: 'a subset of many', policy: subset(roundRobin(), { size: 1000 }) },
];

describe.each(subjects)('$name', ({ policy, weighs = false, keeps = false, unevenness }) => {
  const cases = balancerConformance({
    create: (endpointer, setup) => createBalancer(endpointer, { policy, ...setup }),
    weighs,
    keeps,
    unevenness,
  });
  for (const { name, run } of cases) it(name, run);
});
