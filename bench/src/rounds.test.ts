import { expect, test } from 'vitest';
import { inPasses, interleave, orderOf } from './rounds.ts';

test('each round measures every name once, and no name is always first', async () => {
  const order: string[] = [];
  const samples = await interleave(['a', 'b', 'c'], 3, async (name, round) => {
    order.push(name);
    return `${name}${round}`;
  });
  expect(order.join('')).toBe('abcbcacab');
  expect(samples).toEqual({ a: ['a0', 'a1', 'a2'], b: ['b0', 'b1', 'b2'], c: ['c0', 'c1', 'c2'] });
});

test('over as many rounds as there are names, every name stands at every place', () => {
  const names = ['a', 'b', 'c', 'd'];
  const orders = Array.from({ length: 4 }, (_, round) => orderOf(names, round));
  for (const place of names.keys()) {
    expect(new Set(orders.map((order) => order[place]))).toEqual(new Set(names));
  }
});

test('a measurement that fails ends the run', async () => {
  const failing = interleave(['a'], 5, () => Promise.reject(new Error('no answer')));
  await expect(failing).rejects.toThrow('no answer');
});

test('passes are joined in order, and each starts anew', async () => {
  let pass = 0;
  const samples = await inPasses(3, async () => {
    pass++;
    return { a: [pass], b: [pass * 10, pass * 10 + 1] };
  });
  expect(samples).toEqual({ a: [1, 2, 3], b: [10, 11, 20, 21, 30, 31] });
});
