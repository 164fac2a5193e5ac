import { namesOf } from './by-name.ts';
import { measureLoops } from './measure-loops.ts';
import { linearAxis, type Plot, type Series } from './plot.ts';
import { type Line, line } from './result.ts';
import { median, ratios } from './spread.ts';
import type { Subject } from './subject.ts';

const layers = {
  'pass-through': { title: 'pass-through', goal: { atMost: 5 } },
  'by hand': { title: 'the same, nested by hand without chain()', goal: undefined },
  '.then': { title: '.then after the call', goal: { atMost: 45 } },
  'async/await': { title: 'async/await around the call', goal: undefined },
} as const;

type Kind = keyof typeof layers;
const kinds = namesOf(layers);
const depths = [0, 1, 5, 10, 20, 50];

/** What a layer of `chain` costs, for each way of writing one. */
export const chainSubject: Subject = async (run) => {
  const samples = await measureLoops('loops/chain', kinds, run);

  const nsAt = (kind: Kind, depth: number): number[] =>
    samples[kind].map((sample) => sample[depth] ?? Number.NaN);
  const perLayer = (kind: Kind): number[] => {
    const bare = nsAt(kind, 0);
    return nsAt(kind, 20).map((ns, round) => (ns - (bare[round] ?? Number.NaN)) / 20);
  };
  const lines = kinds.flatMap((kind): Line[] => [
    line(`${layers[kind].title}: per layer`, 'ns', perLayer(kind), layers[kind].goal),
    ...depths.map((depth) => line(`  an awaited call through ${depth}`, 'ns', nsAt(kind, depth))),
  ]);
  const cost = ratios(nsAt('pass-through', 20), nsAt('by hand', 20));
  lines.push(line('20 pass-through layers: chain() ÷ by hand', '×', cost));
  const series = kinds.map((kind) => ({
    name: kind,
    points: depths.map((depth) => [depth, median(nsAt(kind, depth))] as const),
  }));
  return [{ title: 'A layer of a chain', lines, plots: [plotOf(series)] }];
};

function plotOf(series: readonly Series[]): Plot {
  const most = Math.max(...series.flatMap(({ points }) => points.map(([, ns]) => ns)));
  const ticks = [0.25, 0.5, 0.75, 1].map((share) => Math.round((share * most) / 100) * 100);
  return {
    name: 'layers',
    title: 'A call through layers',
    x: linearAxis('layers', 0, 50, depths),
    y: linearAxis('ns for an awaited call', 0, most, ticks),
    series,
  };
}
