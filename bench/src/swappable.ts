import { line } from './result.ts';
import { inPasses, interleave } from './rounds.ts';
import { ratios } from './spread.ts';
import type { Subject } from './subject.ts';
import { startWorkers } from './worker-set.ts';

const kinds = ['chain', 'swappable'] as const;
type Kind = (typeof kinds)[number];
const depths = [0, 1, 5, 20];

/** What a slot of layers costs beside `chain` of the same layers, while nothing is changed. */
export const swappableSubject: Subject = async ({ node, passes, rounds, roundMs, warmUpMs }) => {
  const samples = await inPasses(passes, async () => {
    await using workers = await startWorkers(kinds, (kind) => [
      'loops/swappable',
      { node, cpu: 'subject', args: [kind] },
    ]);
    await workers.warmUp(warmUpMs);
    return await interleave(kinds, rounds, (kind) => workers.get(kind).measure(roundMs));
  });

  const nsAt = (kind: Kind, depth: number): number[] =>
    samples[kind].map((sample) => sample[depth] ?? Number.NaN);
  const lines = depths.flatMap((depth) => {
    const [bare, swapped] = [nsAt('chain', depth), nsAt('swappable', depth)];
    const added = swapped.map((ns, round) => ns - (bare[round] ?? Number.NaN));
    return [
      line(`${depth} layers: added by the slot`, 'ns', added, { atMost: 10 }),
      line('  an awaited call through chain()', 'ns', bare),
      line('  an awaited call through swappable()', 'ns', swapped),
    ];
  });
  const five = ratios(nsAt('swappable', 5), nsAt('chain', 5));
  return [
    {
      title: 'Layers that can be swapped',
      lines: [...lines, line('5 layers: swappable() ÷ chain()', '×', five)],
    },
  ];
};
