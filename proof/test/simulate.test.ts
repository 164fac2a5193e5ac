import { renderPlot } from '@fairlead/bench/plot';
import { expect, test } from 'vitest';
import { coldStart } from '../src/simulate/cold-start.ts';
import { consistentHashing } from '../src/simulate/consistent-hashing.ts';
import { failingInstance } from '../src/simulate/failing-instance.ts';
import { percentile, simulateFleet } from '../src/simulate/fleet.ts';
import { hedging } from '../src/simulate/hedging.ts';
import { retries } from '../src/simulate/retries.ts';
import { exponential } from '../src/simulate/service.ts';
import { slowInstance } from '../src/simulate/slow-instance.ts';
import type { Table } from '../src/simulate/table.ts';
import { createWorld } from '../src/simulate/world.ts';

const effort = { seed: 1, scale: 0.2 };

/** A cell as a number, by the beginning of its row and its head. */
function cell(table: Table | undefined, row: string, head: string): number {
  const column = table?.head.indexOf(head) ?? -1;
  const cells = table?.rows.find(([name]) => name?.startsWith(row));
  return Number.parseFloat(cells?.[column] ?? '');
}

test('peak EWMA keeps nearly every call from a slow instance, as the note says', async () => {
  const { tables } = await slowInstance(effort);
  const [one, many] = tables;
  expect(cell(one, 'round robin', 'calls to the first')).toBeCloseTo(10, 0);
  expect(cell(one, 'peak EWMA', 'calls to the first')).toBeLessThan(1);
  expect(cell(one, 'peak EWMA', 'p99')).toBeLessThan(94);
  expect(cell(one, 'round robin', 'p99')).toBeGreaterThan(180);
  expect(cell(many, 'peak EWMA', 'p99')).toBeLessThan(cell(many, 'least request, two', 'p99') / 2);
});

test('an instance that fails fast draws calls from all policies but the default', async () => {
  const [table] = (await failingInstance(effort)).tables;
  expect(cell(table, 'least request, all', 'alone')).toBeGreaterThan(30);
  // Of 6000 calls some six: those under way before its first failure is known, and one each time it was forgotten.
  expect(cell(table, 'peak EWMA (default)', 'alone')).toBeLessThan(0.2);
  expect(cell(table, 'least request, all', 'with ejection')).toBeLessThan(0.5);
});

test('one slow first call does not keep the calls from an instance that is well', async () => {
  const [table] = (await coldStart(effort)).tables;
  for (const rate of ['2/s', '5/s', '20/s', '100/s']) {
    expect(cell(table, 'peak EWMA (default)', rate)).toBeGreaterThan(20);
  }
});

test('a budget keeps the load of a service that fails below 1.25 of the calls', async () => {
  const [table] = (await retries(effort)).tables;
  expect(cell(table, 'no budget', '100 %')).toBe(4);
  expect(cell(table, 'the default budget', '100 %')).toBeLessThan(1.25);
  expect(cell(table, 'the default budget', '1.00 %')).toBeGreaterThan(1.005);
});

test('hedging cuts the slowest for about one call in a hundred more', async () => {
  const [table] = (await hedging({ seed: 1, scale: 0.1 })).tables;
  expect(cell(table, 'no hedging', 'p99.9')).toBeGreaterThan(500);
  expect(cell(table, 'after 15 ms', 'p99.9')).toBeLessThan(60);
  expect(cell(table, 'after 15 ms', 'more calls')).toBeLessThan(3);
});

test('hashing moves the keys of the instance that goes, and few others', async () => {
  const [table] = (await consistentHashing(effort)).tables;
  for (const row of ['ring, 160', 'rendezvous']) {
    expect(cell(table, row, 'whose instance stayed')).toBe(0);
  }
  expect(cell(table, 'Maglev, 65 537', 'whose instance stayed')).toBeLessThan(1);
});

test('the same seed finds the same, another one something else', async () => {
  const run = async (seed: number) => {
    const { latencies } = await simulateFleet({
      servers: Array.from({ length: 3 }, () => ({ workers: 1, serviceMs: exponential(5) })),
      clients: 2,
      callsPerSecond: 300,
      calls: 1000,
      balancer: {},
      seed,
    });
    return percentile(latencies, 0.99);
  };
  expect(await run(1)).toBe(await run(1));
  expect(await run(1)).not.toBe(await run(2));
});

test('a world runs what is due in order, and not what was taken back', () => {
  const world = createWorld();
  const seen: string[] = [];
  world.schedule(20, () => seen.push(`b at ${world.now()}`));
  world.schedule(10, () => {
    seen.push(`a at ${world.now()}`);
    world.schedule(0, () => seen.push('at once'));
  });
  world.schedule(15, () => seen.push('never'))();
  world.run(20);
  expect(seen).toEqual(['a at 10', 'at once']);
  world.run(Infinity);
  expect(seen.at(-1)).toBe('b at 20');
});

test('a plot is well-formed and shows every line', async () => {
  const { plots } = await retries(effort);
  const [svg = ''] = plots.map(renderPlot);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).not.toMatch(/NaN|undefined/);
});
