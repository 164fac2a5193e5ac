import { namesOf } from './by-name.ts';
import { measureLoops } from './measure-loops.ts';
import { type Line, line } from './result.ts';
import { differences, ratios } from './spread.ts';
import type { Subject } from './subject.ts';

const kinds = {
  bare: 'nothing around it',
  bulkhead: 'bulkhead',
  'bulkhead, adaptive': 'bulkhead with an adaptive limit',
  'bulkhead, full': 'bulkhead, full: a refusal that is caught',
  'shed, admitted': 'shed: let in, and ended',
  'shed, refused': 'shed: a refusal that is caught',
  throttle: 'adaptiveThrottle',
  cockatiel: 'cockatiel: bulkhead',
  'cockatiel, full': 'cockatiel: bulkhead, full: a refusal that is caught',
} as const;

type Kind = keyof typeof kinds;
const names = namesOf(kinds);

/** What it costs to count the calls under way, beside another library's bulkhead. */
export const concurrencySubject: Subject = async (run) => {
  const samples = await measureLoops('loops/concurrency', names, {
    ...run,
    warmUpMs: run.warmUpMs / 3,
  });

  const nsOf = (name: Kind): number[] => samples[name].map(({ ns = Number.NaN }) => ns);
  const bare = nsOf('bare');
  const added = (name: Kind): number[] => differences(nsOf(name), bare);
  const compared = (of: Kind, goal?: { readonly atMost: number }): Line[] => [
    line(`${kinds[of]} ÷ cockatiel's`, '×', ratios(nsOf(of), nsOf('cockatiel')), goal),
    line('  the same, without the call itself', '×', ratios(added(of), added('cockatiel'))),
  ];
  return [
    {
      title: 'An awaited call that is counted while it is under way',
      lines: [
        ...compared('bulkhead', { atMost: 1 }),
        ...compared('bulkhead, adaptive'),
        ...names.map((name) => line(kinds[name], 'ns', nsOf(name))),
      ],
    },
  ];
};
