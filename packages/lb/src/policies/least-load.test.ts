import { expect, test } from 'vitest';
import { policyOf, someNodes } from '../../test/nodes.ts';
import type { Node } from '../node.ts';
import { leastRequest } from './least-request.ts';
import { peakEwma } from './peak-ewma.ts';

test('two choices keep all nodes within a few calls of each other', () => {
  const nodes = someNodes(100);
  const policy = policyOf(leastRequest(), nodes);
  for (let i = 0; i < 100_000; i++) policy.pick(0, undefined).pending++;
  // A single choice would be 84 above the mean of 1000.
  for (const { pending } of nodes) expect(Math.abs(pending - 1000)).toBeLessThan(10);
});

test('of two nodes the busier one is never taken', () => {
  const nodes = someNodes(2);
  const [idle, busy] = nodes;
  if (busy !== undefined) busy.pending = 1;
  const policy = policyOf(leastRequest(), nodes);
  for (let i = 0; i < 10_000; i++) expect(policy.pick(0, undefined)).toBe(idle);
});

test('the least of all is found among any number', () => {
  const nodes = someNodes(50);
  for (const [i, node] of nodes.entries()) node.pending = i === 17 ? 1 : 2;
  const policy = policyOf(leastRequest({ among: 'all' }), nodes);
  for (let i = 0; i < 100; i++) expect(policy.pick(0, undefined)).toBe(nodes[17]);
});

test('a node of twice the weight has twice the calls', () => {
  const nodes = someNodes(2, (i) => i + 1);
  const policy = policyOf(leastRequest(), nodes);
  for (let i = 0; i < 300; i++) policy.pick(0, undefined).pending++;
  expect(nodes.map(({ pending }) => pending)).toEqual([100, 200]);
});

/** Ends a call to a node after so long. */
function answer(policy: ReturnType<typeof policyOf>, node: never, ms: number, now: number): void {
  policy.ended?.(node, ms, 'success', now);
}

test.each([
  { afterMs: 10_000, leftMs: 36.8 },
  { afterMs: 23_000, leftMs: 10 },
])('of 100 ms $leftMs are left after $afterMs ms', ({ afterMs, leftMs }) => {
  const nodes = someNodes(2);
  const [faded, other] = nodes;
  const policy = policyOf(peakEwma({ initialMs: 0 }), nodes);
  Object.assign(faded ?? {}, { cost: 100, stamp: 0 });
  Object.assign(other ?? {}, { cost: leftMs / 0.89, stamp: afterMs });
  expect(policy.pick(afterMs, undefined)).toBe(faded);
  Object.assign(other ?? {}, { cost: leftMs * 0.89 });
  expect(policy.pick(afterMs, undefined)).toBe(other);
});

test('a slow answer counts at once and in full', () => {
  const [slow, fast] = someNodes(2);
  const policy = policyOf(peakEwma(), [slow, fast] as never);
  for (let i = 0; i < 20; i++) {
    answer(policy, slow as never, 10, i);
    answer(policy, fast as never, 12, i);
  }
  expect(policy.pick(20, undefined)).toBe(slow);
  answer(policy, slow as never, 50, 20);
  expect(policy.pick(20, undefined)).toBe(fast);
});

test('a node that fails fast draws no calls', () => {
  const nodes = someNodes(10);
  const policy = policyOf(peakEwma(), nodes);
  let failed = 0;
  for (let i = 0; i < 20_000; i++) {
    const now = i / 2;
    const node = policy.pick(now, undefined);
    const isBad = node === nodes[0];
    if (isBad) failed++;
    policy.ended?.(node, isBad ? 1 : 10, isBad ? 'failure' : 'success', now);
  }
  expect(failed).toBeLessThan(20_000 * 0.001);
});

test('a new node gets one call until it has answered', () => {
  const nodes = someNodes(3);
  const [fresh, ...others] = nodes;
  const policy = policyOf(peakEwma(), nodes);
  for (const node of others) answer(policy, node as never, 10, 0);
  let calls = 0;
  for (let i = 0; i < 1000; i++) {
    const node = policy.pick(0, undefined);
    if (node !== fresh) continue;
    node.pending = 1;
    calls++;
  }
  expect(calls).toBeLessThanOrEqual(1);
});

test('a first answer that is slow is not believed for longer than ten times what it took', () => {
  const nodes = someNodes(2);
  const [fresh, known] = nodes as [Node, Node];
  const policy = policyOf(peakEwma(), nodes);
  const isPicked = (now: number): boolean =>
    Array.from({ length: 20 }, () => policy.pick(now, undefined)).includes(fresh);
  answer(policy, known as never, 10, 0);
  answer(policy, fresh as never, 200, 0);
  expect(isPicked(1999)).toBe(false);
  // It is as good as another, for one call at a time.
  expect(isPicked(2001)).toBe(true);
  fresh.pending = 1;
  expect(isPicked(2001)).toBe(false);
  fresh.pending = 0;

  answer(policy, fresh as never, 200, 2201);
  expect(isPicked(4300)).toBe(false);
});

test('a second answer that is fast takes the place of a first that was slow', () => {
  const nodes = someNodes(2);
  const [fresh, known] = nodes as [Node, Node];
  const policy = policyOf(peakEwma(), nodes);
  answer(policy, known as never, 10, 0);
  answer(policy, fresh as never, 200, 0);
  answer(policy, fresh as never, 8, 1);
  expect(fresh.cost).toBe(8);
  expect(policy.pick(1, undefined)).toBe(fresh);
});

test('a first answer that fails is believed, and one that is canceled is not', () => {
  const [failed, canceled, known] = someNodes(3);
  const policy = policyOf(peakEwma(), [failed, canceled, known] as never);
  answer(policy, known as never, 10, 0);
  policy.ended?.(failed as never, 1, 'unreachable', 0);
  policy.ended?.(canceled as never, 500, 'canceled', 0);
  const picked = new Set(Array.from({ length: 100 }, () => policy.pick(5001, undefined)));

  expect(picked).toEqual(new Set([canceled, known]));
});

test('a clock that stands still or goes back changes nothing', () => {
  const nodes = someNodes(2);
  const policy = policyOf(peakEwma(), nodes);
  for (const now of [100, 50, 50, 0]) answer(policy, nodes[0] as never, 10, now);
  expect(policy.pick(0, undefined)).toBeDefined();
  expect(nodes[0]?.stamp).toBe(100);
});

test('a canceled call counts for as long as it took, where that is more than was known', () => {
  const nodes = someNodes(2);
  const [one] = nodes;
  const policy = policyOf(peakEwma(), nodes);
  answer(policy, one as never, 10, 0);
  policy.ended?.(one as never, 2, 'canceled', 0);
  expect(one?.cost).toBe(10);
  policy.ended?.(one as never, 400, 'canceled', 0);
  expect(one?.cost).toBe(400);
});
