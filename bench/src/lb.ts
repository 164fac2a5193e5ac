import { namesOf } from './by-name.ts';
import { measureLoops } from './measure-loops.ts';
import { logAxis, type Plot, type Series } from './plot.ts';
import { type Line, line } from './result.ts';
import { differences, median } from './spread.ts';
import type { Subject, SubjectRun } from './subject.ts';

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

/** One of each kind. */
const drawn = [
  'round robin',
  'peak EWMA',
  'Maglev',
  'ring hash',
  'grpc-js round_robin',
  'consistent-hash',
] as const satisfies readonly PickerName[];

const calls = ['bare', 'balanced', 'balanced, retry'] as const;

const pickerNames = namesOf(pickers);

/** What a pick costs with few instances and many, and what balancing and retrying add to a call. */
export const lbSubject: Subject = async (run) => [
  await picks(run),
  { title: 'A call that goes well', lines: await callLines(run) },
];

function sizesOf(name: PickerName): readonly (typeof sizes)[number][] {
  return sizes.filter((size) => Number(size) <= (largest[name] ?? Infinity));
}

async function picks(run: SubjectRun) {
  const samples = await measureLoops('loops/picks', pickerNames, run, (name) => [
    name,
    ...sizesOf(name),
  ]);
  const nsOf = (name: PickerName, size: string): number[] =>
    samples[name].map((sample) => sample[size] ?? Number.NaN);
  const lines = pickerNames.flatMap((name) =>
    sizesOf(name).map((size) => {
      const goal = pickers[name];
      return line(`${name}, of ${size}`, 'ns', nsOf(name, size), goal && { atMost: goal });
    }),
  );
  const series = drawn.map((name) => ({
    name,
    points: sizesOf(name).map((size) => [Number(size), median(nsOf(name, size))] as const),
  }));
  return { title: 'A pick', lines, plots: [plotOf(series)] };
}

async function callLines(run: SubjectRun): Promise<Line[]> {
  const samples = await measureLoops('loops/lb', calls, run);
  const nsOf = (kind: (typeof calls)[number]): number[] =>
    samples[kind].map(({ call = Number.NaN }) => call);
  const bare = nsOf('bare');
  const added = (kind: (typeof calls)[number]): number[] => differences(nsOf(kind), bare);
  return [
    line('an awaited call, bare', 'ns', bare),
    line('added by balanced', 'ns', added('balanced')),
    line('added by balanced and retry', 'ns', added('balanced, retry'), { atMost: 300 }),
  ];
}

function plotOf(series: readonly Series[]): Plot {
  return {
    name: 'instances',
    title: 'A pick among instances',
    x: logAxis('instances', 3, 10_000, sizes.map(Number)),
    y: logAxis('ns', 5, 5000, [10, 30, 100, 300, 1000, 3000]),
    series,
  };
}
