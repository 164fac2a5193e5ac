import {
  createBalancer,
  leastRequest,
  maglev,
  Node,
  type Policy,
  type PolicyFactory,
  peakEwma,
  random,
  rendezvous,
  ringHash,
  roundRobin,
  weightedRandom,
  weightedRoundRobin,
} from '@fairlead/lb';
import { createEndpointer, instance, staticInstancer } from '@fairlead/sd';
import { addressesOf, keyOf, type PickerOf } from './picker.ts';

/** A policy as a balancer makes it: with the randomness that it would have there. */
function madeByBalancer(factory: PolicyFactory): Policy {
  const made: Policy[] = [];
  const nobody = createEndpointer(staticInstancer([]), () => ({ value: undefined }));
  createBalancer(nobody, {
    policy(setup) {
      const policy = factory(setup);
      made.push(policy);
      return policy;
    },
  });
  const [policy] = made;
  if (policy === undefined) throw new Error('a balancer makes its policy at once');
  return policy;
}

/** Among instances that have all answered in the last tenth of a second, and are asked all the time. */
function picks(factory: PolicyFactory, weightOf: (index: number) => number): PickerOf {
  return (size) => {
    const nodes = addressesOf(size).map(
      (address, i) => new Node(instance({ address, weight: weightOf(i) })),
    );
    const policy = madeByBalancer(factory);
    policy.update(nodes, 0, nodes);
    for (const [i, node] of nodes.entries()) policy.ended?.(node, 5 + (i % 7), 'success', 0);
    return (call) => policy.pick((call & 0xffff) / 1000, keyOf(call));
  };
}

const even = (): number => 1;
const uneven = (index: number): number => 1 + (index % 3);

/** Every policy. */
export const policyPickers: Readonly<Record<string, PickerOf>> = {
  'round robin': picks(roundRobin(), even),
  'weighted round robin': picks(weightedRoundRobin(), uneven),
  random: picks(random(), even),
  'weighted random': picks(weightedRandom(), uneven),
  'least request': picks(leastRequest(), even),
  'peak EWMA': picks(peakEwma(), even),
  'peak EWMA, weighted': picks(peakEwma(), uneven),
  Maglev: picks(maglev({ tableSize: 1_000_003 }), even),
  'ring hash': picks(ringHash(), even),
  rendezvous: picks(rendezvous(), even),
};
