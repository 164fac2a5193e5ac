/** What `--cpu-prof` writes, as far as it is read here. */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** Since the sample before, in microseconds. */
  readonly timeDeltas: readonly number[];
}

/** The functions of ours in which most of the time went, each with its own share of the time that was not idle. */
export function hottest({ nodes, samples, timeDeltas }: Profile, count: number): string {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let busy = 0;
  let ours = 0;
  for (const [i, id] of samples.entries()) {
    const frame = frames.get(id);
    const time = timeDeltas[i] ?? 0;
    if (frame === undefined || /^\((idle|program|root)\)$/.test(frame.functionName)) continue;
    busy += time;
    const file = /\/packages\/(.*)\/dist\/(.*)\.js$/.exec(frame.url);
    if (file === null) continue;
    ours += time;
    const name = `${frame.functionName || '(anonymous)'}  packages/${file[1]}/src/${file[2]}.ts, line ${frame.lineNumber + 1} of its JavaScript`;
    times.set(name, (times.get(name) ?? 0) + time);
  }
  const share = (time: number): string => `${((100 * time) / busy).toFixed(1).padStart(5)} %`;
  const lines = [...times].sort(([, a], [, b]) => b - a).slice(0, count);
  return [
    `${share(ours)}  all that is ours; of that the ${count} functions that take most themselves:`,
    ...lines.map(([name, time]) => `${share(time)}  ${name}`),
  ].join('\n');
}
