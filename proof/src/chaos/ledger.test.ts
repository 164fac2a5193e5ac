import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { duplicatesIn, openLedger, readLedgers } from './ledger.ts';

it('a call that two instances executed, or one twice, is a duplicate', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  using one = openLedger(folder, 'i1');
  using two = openLedger(folder, 'i2');
  for (const id of [4, 8, 12]) one.record(id);
  for (const id of [16, 8, 20, 20]) two.record(id);
  const executions = await readLedgers(folder);
  expect([...executions].filter(([, count]) => count > 1)).toEqual([
    [8, 2],
    [20, 2],
  ]);
  expect(duplicatesIn(executions)).toBe(2);
});
