import { namesOf } from './by-name.ts';
import { measureLoops } from './measure-loops.ts';
import { type Line, line } from './result.ts';
import { differences, ratios } from './spread.ts';
import type { Subject } from './subject.ts';

const kinds = {
  bare: 'no breaker',
  ours: 'ours: a row of failures, or a share of 10 s',
  'ours, in a row': 'ours: a row of failures alone',
  'ours, slow calls': 'ours: a share of slow calls',
  'ours, keyed': 'ours: one for each of 256 keys',
  'ours, open': 'ours, open: a refusal that is caught',
  cockatiel: 'cockatiel: a share of 10 s',
  'cockatiel, in a row': 'cockatiel: a row of failures',
  'cockatiel, adapted': 'cockatiel: a share of 10 s, as our middleware',
  opossum: 'opossum: a share of 10 s',
  'opossum, adapted': 'opossum: a share of 10 s, as our middleware',
} as const;

type Kind = keyof typeof kinds;
const names = namesOf(kinds);

/** What a closed circuit breaker costs a call that goes well, beside those of other libraries with the same rule. */
export const breakerSubject: Subject = async (run) => {
  const samples = await measureLoops('loops/breaker', names, run);

  const nsOf = (name: Kind): number[] => samples[name].map(({ ns = Number.NaN }) => ns);
  const bare = nsOf('bare');
  const added = (name: Kind): number[] => differences(nsOf(name), bare);
  const compared = (of: Kind, to: Kind, atMost: number): Line[] => [
    line(`added by ${kinds[of]} ÷ ${kinds[to]}`, '×', ratios(added(of), added(to)), { atMost }),
    line('  the same, with the call itself', '×', ratios(nsOf(of), nsOf(to))),
  ];
  return [
    {
      title: 'An awaited call through a breaker',
      lines: [
        ...compared('ours', 'cockatiel', 0.5),
        ...compared('ours, in a row', 'cockatiel, in a row', 0.5),
        ...compared('ours', 'opossum', 0.16),
        ...names.map((name) => line(kinds[name], 'ns', nsOf(name))),
      ],
    },
  ];
};
