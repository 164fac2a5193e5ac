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
}

/** The lines of a comparison: of each pair its two ratios, where more is better, then the figures behind them. */
export function compare<Name extends string>(
  titles: Readonly<Record<Name, string>>,
  samples: Readonly<Record<Name, readonly Throughput[]>>,
  pairs: readonly Pair<Name>[],
): Line[] {
  const perSecond = (name: Name): number[] =>
    samples[name].map(({ callsPerSecond }) => callsPerSecond);
  const cpu = (name: Name): number[] => samples[name].map(({ cpuUsPerCall }) => cpuUsPerCall);
  const ratioLines = pairs.flatMap(({ of, to, goal }) => [
    line(
      `${titles[of]} ÷ ${titles[to]}: throughput`,
      '×',
      ratios(perSecond(of), perSecond(to)),
      goal,
    ),
    line(
      `${titles[of]} ÷ ${titles[to]}: calls per CPU second`,
      '×',
      ratios(cpu(to), cpu(of)),
      goal,
    ),
  ]);
  // Sound: the object has no other keys.
  const names = Object.keys(titles) as Name[];
  const figures = names.flatMap((name) => [
    line(`${titles[name]}: throughput`, 'calls/s', perSecond(name)),
    line(`${titles[name]}: CPU per call`, 'µs', cpu(name)),
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
