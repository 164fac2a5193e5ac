import { measureLoops } from './measure-loops.ts';
import { line } from './result.ts';
import { differences, ratios } from './spread.ts';
import type { Subject } from './subject.ts';

const kinds = ['chain', 'swappable'] as const;
type Kind = (typeof kinds)[number];
const depths = [0, 1, 5, 20];

/** What a slot of layers costs beside `chain` of the same layers, while nothing is changed. */
export const swappableSubject: Subject = async (run) => {
  const samples = await measureLoops('loops/swappable', kinds, run);

  const nsAt = (kind: Kind, depth: number): number[] =>
    samples[kind].map((sample) => sample[depth] ?? Number.NaN);
  const lines = depths.flatMap((depth) => {
    const [bare, swapped] = [nsAt('chain', depth), nsAt('swappable', depth)];
    const added = differences(swapped, bare);
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
