import { namesOf } from './by-name.ts';
import { firstAnswer } from './first-answer.ts';
import { measureLoops } from './measure-loops.ts';
import { type Line, line } from './result.ts';
import { inPasses, interleave } from './rounds.ts';
import { ratios } from './spread.ts';
import type { Subject, SubjectRun } from './subject.ts';

const sizes = ['10', '100', '1000', '10000'] as const;

/** What a lookup costs with few routes and with many, and how soon a process that serves routes answers. */
export const routesSubject: Subject = async (run) => [
  { title: 'A lookup among routes', lines: await lookupLines(run) },
  { title: 'A process that serves routes', lines: await startLines(run) },
];

/** Each lookup is that of a request of OPTIONS, which is answered without a call: little else is measured. */
async function lookupLines(run: SubjectRun) {
  const samples = await measureLoops('loops/routes', sizes, run);

  const nsAt = (size: (typeof sizes)[number], paths: 'ten' | 'all'): number[] =>
    samples[size].map((sample) => sample[paths] ?? Number.NaN);
  return [
    line(
      'among 10 000 ÷ among 10, ten paths in turn',
      '×',
      ratios(nsAt('10000', 'ten'), nsAt('10', 'ten')),
      { atMost: 1.5 },
    ),
    ...sizes.map((size) => line(`ten paths in turn, of ${size}`, 'ns', nsAt(size, 'ten'))),
    // What this adds with many routes is memory that the CPU's caches do not hold.
    ...sizes.map((size) => line(`every path in turn, of ${size}`, 'ns', nsAt(size, 'all'))),
  ];
}

const processes = {
  few: { title: '10 routes', script: 'servers/routes', args: [10], goal: { atMost: 100 } },
  many: { title: '1000 routes', script: 'servers/routes', args: [1000], goal: undefined },
  plain: { title: 'node:http alone', script: 'servers/node-http', args: [], goal: undefined },
} as const;

type Kind = keyof typeof processes;
const kinds = namesOf(processes);

async function startLines({ node, passes, rounds }: SubjectRun): Promise<Line[]> {
  const samples = await inPasses(passes, () =>
    interleave(kinds, rounds, (kind) => startOf(kind, node)),
  );
  return kinds.map((kind) => {
    const { title, goal } = processes[kind];
    return line(`start to first answer, ${title}`, 'ms', samples[kind], goal);
  });
}

async function startOf(kind: Kind, node: string): Promise<number> {
  const { script, args } = processes[kind];
  await using started = await firstAnswer(script, { node, args, path: '/area-0/sum' });
  return started.ms;
}
