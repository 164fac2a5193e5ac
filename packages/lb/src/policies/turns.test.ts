import { expect, test } from 'vitest';
import { picks, policyOf, someNodes } from '../../test/nodes.ts';
import { random } from './random.ts';
import { roundRobin } from './round-robin.ts';
import { weightedRandom } from './weighted-random.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';

test('round robin gives each instance its turn', () => {
  const nodes = someNodes(3);
  const policy = policyOf(roundRobin(), nodes);
  const order = Array.from({ length: 6 }, () => policy.pick(0, undefined));
  expect(new Set(order.slice(0, 3)).size).toBe(3);
  expect(order.slice(3)).toEqual(order.slice(0, 3));
});

test('round robin does not start with the same instance in every process', () => {
  const nodes = someNodes(10);
  const firsts = Array.from({ length: 20 }, (_, i) =>
    policyOf(roundRobin(), nodes, i + 1).pick(0, undefined),
  );
  expect(new Set(firsts).size).toBeGreaterThan(4);
});

test('round robin goes on where instances come and go', () => {
  const nodes = someNodes(4);
  const policy = policyOf(roundRobin(), nodes);
  policy.pick(0, undefined);
  policy.update(nodes.slice(0, 2), 0, nodes);
  expect(picks(policy, 10)).toEqual(new Map(nodes.slice(0, 2).map((node) => [node, 5])));
});

/** Five standard deviations of a binomial count. */
function slack(share: number, count: number): number {
  return 5 * Math.sqrt(count * share * (1 - share));
}

test('random gives all the same chance', () => {
  const nodes = someNodes(10);
  const counts = picks(policyOf(random(), nodes), 100_000);
  for (const node of nodes) {
    expect(Math.abs((counts.get(node) ?? 0) - 10_000)).toBeLessThan(slack(0.1, 100_000));
  }
});

test('weighted random gives the chance of the weight', () => {
  const nodes = someNodes(5, (i) => [1, 2, 3, 10, 0][i] ?? 0);
  const counts = picks(policyOf(weightedRandom(), nodes), 160_000);
  for (const node of nodes) {
    const share = node.weight / 16;
    const off = Math.abs((counts.get(node) ?? 0) - 160_000 * share);
    expect(off).toBeLessThanOrEqual(slack(share, 160_000));
  }
});

test('weights that are all nothing are equal ones', () => {
  for (const policy of [weightedRandom(), weightedRoundRobin()]) {
    const nodes = someNodes(3, () => 0);
    expect(picks(policyOf(policy, nodes), 300).size).toBe(3);
  }
});

test('weighted round robin keeps to the weights in every round, within two', () => {
  const nodes = someNodes(3, (i) => [1, 10, 5][i] ?? 0);
  const policy = policyOf(weightedRoundRobin(), nodes);
  for (let round = 1; round <= 10; round++) {
    const counts = picks(policy, 16);
    for (const node of nodes) {
      expect(Math.abs((counts.get(node) ?? 0) - node.weight)).toBeLessThanOrEqual(2);
    }
  }
});

test('weighted round robin spreads the heavy one out', () => {
  const nodes = someNodes(2, (i) => [1, 3][i] ?? 0);
  const policy = policyOf(weightedRoundRobin(), nodes);
  let inARow = 0;
  for (let i = 0; i < 400; i++) {
    inARow = policy.pick(0, undefined) === nodes[1] ? inARow + 1 : 0;
    expect(inARow).toBeLessThanOrEqual(4);
  }
});

test('weighted round robin takes an instance without weight never', () => {
  const nodes = someNodes(3, (i) => (i === 1 ? 0 : 2));
  expect(picks(policyOf(weightedRoundRobin(), nodes), 100).has(nodes[1] as never)).toBe(false);
});
