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
import { addressesOf, keyOf, type Picker, type PickerOf } from './picker.ts';

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

/** How a policy is asked for the pick of a call. */
type Ask = (policy: Policy) => Picker;

const plainly: Ask = (policy) => () => policy.pick(0, undefined);
const withKey: Ask = (policy) => (call) => policy.pick(0, keyOf(call));
/** A million times a second: all have answered within the last tenth of one. */
const atItsTime: Ask = (policy) => (call) => policy.pick((call & 0xffff) * 0.001, undefined);

function picks(factory: PolicyFactory, ask: Ask, weightOf = (_: number) => 1): PickerOf {
  return (size) => {
    const nodes = addressesOf(size).map(
      (address, i) => new Node(instance({ address, weight: weightOf(i) })),
    );
    const policy = madeByBalancer(factory);
    policy.update(nodes, 0, nodes);
    for (const [i, node] of nodes.entries()) policy.ended?.(node, 5 + (i % 7), 'success', 0);
    return ask(policy);
  };
}

const uneven = (index: number): number => 1 + (index % 3);

/** Every policy. */
export const policyPickers: Readonly<Record<string, PickerOf>> = {
  'round robin': picks(roundRobin(), plainly),
  'weighted round robin': picks(weightedRoundRobin(), plainly, uneven),
  random: picks(random(), plainly),
  'weighted random': picks(weightedRandom(), plainly, uneven),
  'least request': picks(leastRequest(), plainly),
  'peak EWMA': picks(peakEwma(), atItsTime),
  'peak EWMA, weighted': picks(peakEwma(), atItsTime, uneven),
  Maglev: (size) => picks(maglev(size > 655 ? { tableSize: 1_000_003 } : {}), withKey)(size),
  'ring hash': picks(ringHash(), withKey),
  rendezvous: picks(rendezvous(), withKey),
};
