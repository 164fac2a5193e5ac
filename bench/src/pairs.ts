import { byName, namesOf } from './by-name.ts';
import { noiseOf } from './noise.ts';
import { type Goal, type Line, line } from './result.ts';
import { ratios } from './spread.ts';
import type { Sample } from './worker.ts';

/** One variant in one round: how much it did, and what each call took of its CPU. */
export interface Throughput {
  readonly callsPerSecond: number;
  readonly cpuUsPerCall: number;
}

/** What one variant is compared with, and how much of it it should reach. */
export interface Pair<Name extends string> {
  readonly of: Name;
  readonly to: Name;
  readonly goal?: Goal;
  /** Whether both are the same program: their ratio says how far those of the others may be off. */
  readonly isAgain?: true;
}

/** The names in the tables. */
export function titlesOf<Name extends string>(
  variants: Readonly<Record<Name, { readonly title: string }>>,
): Record<Name, string> {
  return byName(namesOf(variants), (name) => variants[name].title);
}

/** How the rounds that are compared were measured. */
export interface Compared {
  /** How often everything started anew. */
  readonly passes: number;
  /** What was counted. Default `call`. */
  readonly counted?: 'call' | 'message';
}

/**
 * The lines of a comparison: of each pair its two ratios, where more is better, then the figures behind them.
 * The noise of a ratio is that of the program it is a ratio to, where that was measured twice, else the widest of the
 * run, or that of its own rounds where they are wider.
 */
export function compare<Name extends string>(
  titles: Readonly<Record<Name, string>>,
  samples: Readonly<Record<Name, readonly Throughput[]>>,
  pairs: readonly Pair<Name>[],
  { passes, counted = 'call' }: Compared,
): Line[] {
  const perSecond = (name: Name): number[] =>
    samples[name].map(({ callsPerSecond }) => callsPerSecond);
  const cpu = (name: Name): number[] => samples[name].map(({ cpuUsPerCall }) => cpuUsPerCall);
  const kinds = [
    {
      what: 'throughput',
      of: (pair: Pair<Name>) => ratios(perSecond(pair.of), perSecond(pair.to)),
    },
    {
      what: `${counted}s per CPU second`,
      of: (pair: Pair<Name>) => ratios(cpu(pair.to), cpu(pair.of)),
    },
  ];
  const agains = pairs.filter(({ isAgain }) => isAgain === true);
  const ratioLines = pairs.flatMap((pair) => {
    const { of, to, goal, isAgain } = pair;
    const ofTo = agains.filter((again) => again.to === to);
    const twice = ofTo.length > 0 ? ofTo : agains;
    return kinds.map((kind): Line => {
      const what = `${titles[of]} ÷ ${titles[to]}: ${kind.what}`;
      const found = line(what, '×', kind.of(pair), goal);
      const own = isAgain === true ? 1 : noiseOf(found.rounds, passes, found.median);
      const noise = Math.max(own, ...twice.map((again) => noiseOf(kind.of(again), passes)));
      return { ...found, noise, isAgain };
    });
  });
  const figures = namesOf(titles).flatMap((name) => [
    line(`${titles[name]}: throughput`, `${counted}s/s`, perSecond(name)),
    line(`${titles[name]}: CPU per ${counted}`, 'µs', cpu(name)),
  ]);
  return [...ratioLines, ...figures];
}

/** What a load counted, with the CPU time of what it loaded, or else with its own. */
export function throughputOf(
  load: Sample,
  cpuUs: number = load['cpuUs'] ?? Number.NaN,
): Throughput {
  const { calls = Number.NaN, elapsedMs = Number.NaN } = load;
  return { callsPerSecond: (calls / elapsedMs) * 1000, cpuUsPerCall: cpuUs / calls };
}

/** The CPU time that a server used between two moments, in microseconds. */
export function cpuBetween(before: Sample, after: Sample): number {
  return (after['cpuUs'] ?? Number.NaN) - (before['cpuUs'] ?? Number.NaN);
}
