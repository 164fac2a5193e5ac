import { type Line, line } from './result.ts';
import { inPasses, interleave } from './rounds.ts';
import type { Subject, SubjectRun } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const sizes = ['3', '100', '1000', '10000'] as const;

/** What picks, and the most that a pick may cost with any number of instances, in nanoseconds. */
const pickers = {
  'round robin': 10,
  'grpc-js round_robin': undefined,
  'weighted round robin': 30,
  random: undefined,
  'weighted random': 30,
  'least request': 25,
  'peak EWMA': 60,
  'peak EWMA, weighted': undefined,
  Maglev: 25,
  'ring hash': 200,
  hashring: undefined,
  'consistent-hash': undefined,
  rendezvous: undefined,
  'a lease, round robin': undefined,
  'a lease, peak EWMA': undefined,
} as const;

type PickerName = keyof typeof pickers;

/** To look at every one of thousands is what rendezvous hashing is not for; a million points take others minutes. */
const largest: Partial<Record<PickerName, number>> = { rendezvous: 100, 'consistent-hash': 1000 };

const calls = ['bare', 'balanced', 'balanced, retry'] as const;

// Sound: the object has no other keys.
const pickerNames = Object.keys(pickers) as readonly PickerName[];

/** What a pick costs with few instances and many, and what balancing and retrying add to a call. */
export const lbSubject: Subject = async (run) => [
  { title: 'A pick', lines: await pickLines(run) },
  { title: 'A call that goes well', lines: await callLines(run) },
];

function sizesOf(name: PickerName): readonly (typeof sizes)[number][] {
  return sizes.filter((size) => Number(size) <= (largest[name] ?? Infinity));
}

async function pickLines(run: SubjectRun): Promise<Line[]> {
  const samples = await measure(pickerNames, run, (name) => [
    'loops/picks',
    { node: run.node, cpu: 'subject', args: [name, ...sizesOf(name)] },
  ]);
  return pickerNames.flatMap((name) =>
    sizesOf(name).map((size) => {
      const goal = pickers[name];
      const ns = samples[name].map((sample) => sample[size] ?? Number.NaN);
      return line(`${name}, of ${size}`, 'ns', ns, goal && { atMost: goal });
    }),
  );
}

async function callLines(run: SubjectRun): Promise<Line[]> {
  const samples = await measure(calls, run, (name) => [
    'loops/lb',
    { node: run.node, cpu: 'subject', args: [name] },
  ]);
  const nsOf = (kind: (typeof calls)[number]): number[] =>
    samples[kind].map(({ call = Number.NaN }) => call);
  const bare = nsOf('bare');
  const added = (kind: (typeof calls)[number]): number[] =>
    nsOf(kind).map((ns, round) => ns - (bare[round] ?? Number.NaN));
  return [
    line('an awaited call, bare', 'ns', bare),
    line('added by balanced', 'ns', added('balanced')),
    line('added by balanced and retry', 'ns', added('balanced, retry'), { atMost: 300 }),
  ];
}

function measure<Name extends string>(
  names: readonly Name[],
  { passes, rounds, roundMs, warmUpMs }: SubjectRun,
  how: Parameters<typeof startWorkers<Name>>[1],
) {
  return inPasses(passes, async () => {
    await using workers = await startWorkers(names, how);
    await workers.warmUp(warmUpMs);
    return await interleave(names, rounds, (name) => workers.get(name).measure(roundMs));
  });
}
