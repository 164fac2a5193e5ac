import { type Line, line } from './result.ts';
import { inPasses, interleave } from './rounds.ts';
import type { Subject, SubjectRun } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const sizes = ['3', '100', '1000', '10000'] as const;

/** The most that a pick may cost, in nanoseconds; undefined where nothing was asked. */
const policies = {
  'round robin': 10,
  'weighted round robin': 30,
  random: undefined,
  'weighted random': 30,
  'least request': 25,
  'peak EWMA': 60,
  Maglev: 25,
  'ring hash': 200,
  rendezvous: undefined,
} as const;

const calls = ['bare', 'balanced', 'balanced, retry'] as const;

// Sound, both: the objects have no other keys.
const policyNames = Object.keys(policies) as readonly (keyof typeof policies)[];

/** What a pick costs with few instances and many, and what balancing and retrying add to a call. */
export const lbSubject: Subject = async (run) => [
  { title: 'A pick', lines: await pickLines(run) },
  { title: 'A call that goes well', lines: await callLines(run) },
];

async function pickLines(run: SubjectRun): Promise<Line[]> {
  const samples = await measure(policyNames, run);
  return policyNames.flatMap((name) =>
    // To look at every one of thousands is what rendezvous hashing is not for.
    sizes
      .filter((size) => name !== 'rendezvous' || size.length < 4)
      .map((size) => {
        const goal = policies[name];
        const ns = samples[name].map((sample) => sample[size] ?? Number.NaN);
        return line(`${name}, of ${size}`, 'ns', ns, goal && { atMost: goal });
      }),
  );
}

async function callLines(run: SubjectRun): Promise<Line[]> {
  const samples = await measure(calls, run);
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
  { node, passes, rounds, roundMs, warmUpMs }: SubjectRun,
) {
  return inPasses(passes, async () => {
    await using workers = await startWorkers(names, (name) => [
      'loops/lb',
      { node, cpu: 'subject', args: [name] },
    ]);
    await workers.warmUp(warmUpMs);
    return await interleave(names, rounds, (name) => workers.get(name).measure(roundMs));
  });
}
