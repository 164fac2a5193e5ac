import { type InstanceInit, instance } from '@fairlead/sd';
import { fakeClock, seededRandom } from '@fairlead/testing';
import { Node } from '../src/node.ts';
import type { Policy, PolicyFactory } from '../src/policy.ts';

/** Nodes of instances, in the order of their ids as a balancer has them. */
export function nodesOf(inits: readonly InstanceInit[]): Node[] {
  const instances = inits.map(instance).sort((a, b) => (a.id < b.id ? -1 : 1));
  return instances.map((one) => new Node(one));
}

/** So many nodes that are alike but for their names, of these weights or of none. */
export function someNodes(count: number, weightOf: (index: number) => number = () => 1): Node[] {
  return nodesOf(
    Array.from({ length: count }, (_, i) => ({
      id: `n${String(i).padStart(5, '0')}`,
      address: `10.0.${i >> 8}.${i & 255}:80`,
      weight: weightOf(i),
    })),
  );
}

/** A policy that chooses among nodes, all of them in good health. */
export function policyOf(factory: PolicyFactory, nodes: readonly Node[], seed = 1): Policy {
  const policy = factory({ random: seededRandom(seed), clock: fakeClock() });
  policy.update(nodes, 0, nodes);
  return policy;
}

/** How often each node is picked, whose calls all end before the next. */
export function picks(
  policy: Policy,
  count: number,
  key?: (i: number) => string,
): Map<Node, number> {
  const counts = new Map<Node, number>();
  for (let i = 0; i < count; i++) {
    const node = policy.pick(0, key?.(i));
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}
