import { createEndpointer, createInstancer, type Found } from '@fairlead/sd';
import { serveRounds } from '../worker.ts';
import { timeBatches } from './time-batches.ts';

const size = Number(process.argv[2]);
const all = Array.from({ length: size }, (_, i) => ({
  id: `instance-${i}`,
  address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:8080`,
}));

/** A registry that tells what this loop does. */
async function follow(): Promise<{ readonly found: Found; readonly events: () => number }> {
  const reports: Found[] = [];
  const instancer = createInstancer({
    name: 'a loop',
    watch(found, ctx) {
      reports.push(found);
      return new Promise((resolve) => ctx.onAbort(() => resolve()));
    },
  });
  let count = 0;
  const endpointer = createEndpointer(instancer, ({ address }) => ({ value: address }));
  endpointer.subscribe(() => {
    count++;
  });
  const [found] = reports;
  if (found === undefined) throw new Error('nobody watches');
  found(all);
  return { found, events: () => count };
}

const { found, events } = await follow();
let turn = 0;

/** One instance goes, and then it comes back: two changes, seen at the subscriber of the endpointer. */
async function change(calls: number): Promise<void> {
  const before = events();
  for (let i = 0; i < calls; i += 2) {
    const one = all[(turn++ * 7919) % size];
    if (one === undefined) continue;
    found.changed([], [one.id]);
    found.changed([one], []);
  }
  if (events() - before !== calls) throw new Error('not every change was seen');
}

/** The registry lists the same again. */
async function same(calls: number): Promise<void> {
  // A whole set costs its size: fewer of them, so that a batch is not a round.
  for (let i = 0; i < calls; i += 500) found(all);
}

serveRounds(async (ms) => {
  const one = await timeBatches(change, ms / 2);
  found(all);
  const whole = (await timeBatches(same, ms / 2)) * 500;
  return { change: one / 1000, same: whole / 1000 };
});
