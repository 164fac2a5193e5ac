import { describe, expect, test } from 'vitest';
import { nodesOf, picks, policyOf, someNodes } from '../../test/nodes.ts';
import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';
import { maglev, maglevTable } from './maglev.ts';
import { rendezvous } from './rendezvous.ts';
import { ringHash } from './ring-hash.ts';

const keys = 20_000;
const keyOf = (i: number): string => `user-${i}`;

interface Bounds {
  readonly name: string;
  readonly factory: PolicyFactory;
  /** The most keys that a node may have, of its share. */
  readonly most: number;
  /** The share of the keys that may move although their own node stays. */
  readonly collateral: number;
}

/** The figures of the literature and of simulations, with what a sample of this size adds. */
const policies: readonly Bounds[] = [
  { name: 'ring hash', factory: ringHash({ balanceFactor: Infinity }), most: 1.4, collateral: 0 },
  { name: 'Maglev', factory: maglev(), most: 1.1, collateral: 0.01 },
  { name: 'rendezvous', factory: rendezvous(), most: 1.1, collateral: 0 },
];

describe.each(policies)('$name', ({ factory, most, collateral }) => {
  test('takes the same node for the same key, whoever asks', () => {
    const owners = (): (string | undefined)[] => {
      const policy = policyOf(factory, someNodes(10), Math.random() * 1000);
      return Array.from({ length: 100 }, (_, i) => policy.pick(0, keyOf(i)).instance.id);
    };
    expect(owners()).toEqual(owners());
  });

  test('spreads the keys', () => {
    const nodes = someNodes(10);
    const counts = picks(policyOf(factory, nodes), keys, keyOf);
    for (const node of nodes) {
      expect(counts.get(node)).toBeLessThan((keys / 10) * most);
      expect(counts.get(node)).toBeGreaterThan((keys / 10) * (2 - most) * 0.95);
    }
  });

  test('moves the keys of a node that goes, and hardly any other', () => {
    const nodes = someNodes(10);
    const gone = nodes[3];
    const before = ownersOf(policyOf(factory, nodes));
    const after = ownersOf(
      policyOf(
        factory,
        nodes.filter((node) => node !== gone),
      ),
    );
    const moved = before.filter((node, i) => node !== gone && node !== after[i]).length;
    expect(moved / keys).toBeLessThanOrEqual(collateral);
    expect(after).not.toContain(gone);
  });

  test('gives a node of twice the weight twice the keys', () => {
    const nodes = someNodes(10, (i) => (i === 0 ? 2 : 1));
    const heavy = picks(policyOf(factory, nodes), keys, keyOf).get(nodes[0] as Node) ?? 0;
    expect(heavy / keys).toBeGreaterThan((2 / 11) * 0.8);
    expect(heavy / keys).toBeLessThan((2 / 11) * 1.2);
  });

  test('takes any node for a call without a key', () => {
    expect(picks(policyOf(factory, someNodes(5)), 1000).size).toBe(5);
  });

  test('has one node for all keys where there is one', () => {
    expect(picks(policyOf(factory, someNodes(1)), 100, keyOf).size).toBe(1);
  });
});

function ownersOf(policy: ReturnType<typeof policyOf>): Node[] {
  return Array.from({ length: keys }, (_, i) => policy.pick(0, keyOf(i)));
}

describe('ring hash with bounded load', () => {
  test('sends no node more than its bound, whatever the keys', () => {
    const nodes = someNodes(10);
    const policy = policyOf(ringHash({ balanceFactor: 1.25 }), nodes);
    for (let i = 0; i < 1000; i++) {
      const node = policy.pick(0, 'the one popular key');
      node.pending++;
      policy.started?.(node);
    }
    for (const { pending } of nodes) expect(pending).toBeLessThanOrEqual(125);
  });

  test('comes back to the first choice when that has room again', () => {
    const nodes = someNodes(3);
    const policy = policyOf(ringHash(), nodes);
    const first = policy.pick(0, 'key');
    first.pending = 5;
    policy.started?.(first);
    expect(policy.pick(0, 'key')).not.toBe(first);
    first.pending = 0;
    expect(policy.pick(0, 'key')).toBe(first);
  });
});

describe('the table of Maglev', () => {
  test('is filled as the paper says', () => {
    // Offsets and skips of the example in the paper's figure 2 order: B0 (3, 4), B1 (0, 2), B2 (3, 1).
    const entries = [
      { offset: 3, skip: 4, weight: 1 },
      { offset: 0, skip: 2, weight: 1 },
      { offset: 3, skip: 1, weight: 1 },
    ];
    expect([...maglevTable(entries, 7)]).toEqual([1, 0, 1, 0, 2, 2, 0]);
    const without = maglevTable([entries[0], entries[2]] as never, 7);
    expect([...without]).toEqual([0, 0, 0, 0, 1, 1, 1]);
  });

  test('has slots for the weights', () => {
    const entries = [
      { offset: 1, skip: 5, weight: 1 },
      { offset: 2, skip: 7, weight: 2 },
    ];
    const table = maglevTable(entries, 65_537);
    expect(table.filter((index) => index === 0).length).toBe(21_846);
  });

  test('refuses a size that is no prime', () => {
    expect(() => maglev({ tableSize: 1000 })).toThrow('must be a prime, but is 1000');
  });
});

test('a node keeps its keys when its address changes but not its id', () => {
  const inits = (port: number) =>
    [1, 2, 3].map((i) => ({ id: `pod-${i}`, address: `10.0.0.${i}:${port}` }));
  for (const { factory } of policies) {
    const before = policyOf(factory, nodesOf(inits(80)));
    const after = policyOf(factory, nodesOf(inits(81)));
    for (let i = 0; i < 100; i++) {
      expect(after.pick(0, keyOf(i)).instance.id).toBe(before.pick(0, keyOf(i)).instance.id);
    }
  }
});
