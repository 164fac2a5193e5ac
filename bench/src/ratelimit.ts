import { namesOf } from './by-name.ts';
import { measureLoops } from './measure-loops.ts';
import { line } from './result.ts';
import { differences, ratios } from './spread.ts';
import type { Subject } from './subject.ts';

const added = {
  tokenBucket: 'erroring(tokenBucket())',
  keyed: 'erroring(keyed()), 4096 keys',
  flexible: 'rate-limiter-flexible, in memory',
  bottleneck: 'bottleneck, schedule()',
} as const;

const refused = {
  'refused by tokenBucket': 'erroring(tokenBucket())',
  'refused by flexible': 'rate-limiter-flexible, in memory',
} as const;

const addedNames = namesOf(added);
const refusedNames = namesOf(refused);
const names = ['bare', ...addedNames, ...refusedNames] as const;

/** What a limit adds to a call that it lets go, and what a refusal costs, beside the packages that do the same. */
export const ratelimitSubject: Subject = async (run) => {
  const samples = await measureLoops('loops/ratelimit', names, run);
  const nsOf = (name: (typeof names)[number]): number[] =>
    samples[name].map(({ ns = Number.NaN }) => ns);
  const bare = nsOf('bare');
  const addedBy = (name: keyof typeof added): number[] => differences(nsOf(name), bare);
  const ratio = ratios(addedBy('tokenBucket'), addedBy('flexible'));
  return [
    {
      title: 'A limit, added to an awaited call that it lets go',
      lines: [
        line('added: ours ÷ rate-limiter-flexible', '×', ratio, { atMost: 0.3 }),
        line('an awaited call, bare', 'ns', bare),
        ...addedNames.map((name) => line(`added by ${added[name]}`, 'ns', addedBy(name))),
      ],
    },
    {
      title: 'A refusal',
      lines: refusedNames.map((name) => line(refused[name], 'ns', nsOf(name))),
    },
  ];
};
