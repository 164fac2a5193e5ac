import { measureLoops } from './measure-loops.ts';
import { line } from './result.ts';
import { ratios } from './spread.ts';
import type { Subject } from './subject.ts';

const sizes = ['1000', '10000'] as const;

/** What a change of a set costs, with few instances and with many. */
export const discoverySubject: Subject = async (run) => {
  const samples = await measureLoops('loops/discovery', sizes, run);

  const usAt = (size: (typeof sizes)[number], what: 'change' | 'same'): number[] =>
    samples[size].map((sample) => sample[what] ?? Number.NaN);
  return [
    {
      title: 'A change of a set of instances',
      lines: [
        // The lists themselves are made when they are read, which nobody does here.
        line(
          'one instance goes or comes: of 10 000 ÷ of 1 000',
          '×',
          ratios(usAt('10000', 'change'), usAt('1000', 'change')),
          { atMost: 2 },
        ),
        ...sizes.map((size) => line(`  of ${size}`, 'µs', usAt(size, 'change'), { atMost: 5000 })),
        ...sizes.map((size) => line(`the same set again, of ${size}`, 'µs', usAt(size, 'same'))),
      ],
    },
  ];
};
