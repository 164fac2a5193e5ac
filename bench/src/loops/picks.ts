import { leasePickers } from '../pickers/leases.ts';
import { peerPickers } from '../pickers/peers.ts';
import type { Picker } from '../pickers/picker.ts';
import { policyPickers } from '../pickers/policies.ts';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

const [subject = '', ...sizes] = process.argv.slice(2);
const pickerOf = { ...policyPickers, ...leasePickers, ...peerPickers }[subject];
if (pickerOf === undefined) throw new Error(`there is no picker ${subject}`);
const pickers = sizes.map((size) => [size, pickerOf(Number(size))] as const);
/** What the work leaves behind: a compiler must not find out that nobody looks at it. */
let kept: unknown;
let call = 0;

async function run(pick: Picker, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) kept = pick(call++);
}

serveRounds(async (ms) => {
  const sample: Record<string, number> = {};
  for (const [size, pick] of pickers) {
    sample[size] = await timeBatches((calls) => run(pick, calls), ms / pickers.length);
  }
  return { ...sample, kept: kept === undefined ? 0 : 1 };
});
