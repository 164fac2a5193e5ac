import { systemClock } from '@fairlead/endpoint';
import { maglev, Node, type PolicyFactory, rendezvous, ringHash } from '@fairlead/lb';
import { instance } from '@fairlead/sd';
import { seededRandom } from '@fairlead/testing';
import type { Experiment } from './experiment.ts';
import { figure, percent } from './table.ts';

const policies: Readonly<Record<string, () => PolicyFactory>> = {
  'ring, 10 points each': () => ringHash({ points: 10, balanceFactor: Infinity }),
  'ring, 160 points each (default)': () => ringHash({ balanceFactor: Infinity }),
  'ring, 1000 points each': () => ringHash({ points: 1000, balanceFactor: Infinity }),
  'Maglev, 65 537 slots (default)': maglev,
  'Maglev, 1009 slots': () => maglev({ tableSize: 1009 }),
  rendezvous,
};

/** How evenly the policies that hash spread the keys of ten instances, and what moves when one goes. */
export const consistentHashing: Experiment = async ({ seed, scale }) => {
  const keys = Math.round(100_000 * scale);
  const rows = Object.entries(policies).map(([name, policy]) => {
    const nodes = Array.from({ length: 10 }, (_, i) => new Node(instance(`10.0.0.${i}:80`)));
    const before = ownersOf(policy(), nodes, keys, seed);
    const gone = nodes[4];
    const after = ownersOf(
      policy(),
      nodes.filter((node) => node !== gone),
      keys,
      seed,
    );
    const counts = nodes.map((node) => before.filter((owner) => owner === node).length);
    const moved = before.filter((owner, i) => owner !== after[i]);
    return [
      name,
      figure((Math.max(...counts) * 10) / keys),
      figure((Math.min(...counts) * 10) / keys),
      percent(moved.length / keys),
      percent(moved.filter((owner) => owner !== gone).length / keys),
    ];
  });
  const table = {
    name: 'consistent-hashing',
    title: 'Keys of ten instances, one of which goes',
    setting: `${keys} keys; the most and the fewest that one instance has are against its fair share.`,
    head: ['policy', 'most', 'fewest', 'keys that move', 'whose instance stayed'],
    rows,
  };
  return { tables: [table], plots: [] };
};

function ownersOf(
  factory: PolicyFactory,
  nodes: readonly Node[],
  keys: number,
  seed: number,
): Node[] {
  const policy = factory({ random: seededRandom(seed), clock: systemClock });
  policy.update(nodes, 0, nodes);
  return Array.from({ length: keys }, (_, i) => policy.pick(0, `key-${i}`));
}
