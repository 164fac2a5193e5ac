import { SourceMap, type SourceMapPayload } from 'node:module';

/** What `--cpu-prof` writes, as far as it is read here. */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** Of the place where the function begins, both from 0. */
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** Since the sample before, in microseconds. */
  readonly timeDeltas: readonly number[];
}

type Frame = Profile['nodes'][number]['callFrame'];

/** The source map of a file of JavaScript, as `JSON.parse` reads it; undefined where there is none. */
export type ReadMap = (url: string) => SourceMapPayload | undefined;

/** The functions of ours in which most of the time went, each with its own share of the time that was not idle. */
export function hottest(
  { nodes, samples, timeDeltas }: Profile,
  count: number,
  readMap: ReadMap,
): string {
  const sourceOf = ourSources(readMap);
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let busy = 0;
  let ours = 0;
  for (const [i, id] of samples.entries()) {
    const frame = frames.get(id);
    const time = timeDeltas[i] ?? 0;
    if (frame === undefined || /^\((idle|program|root)\)$/.test(frame.functionName)) continue;
    busy += time;
    const source = sourceOf(frame);
    if (source === undefined) continue;
    ours += time;
    const name = `${frame.functionName || '(anonymous)'}  ${source}`;
    times.set(name, (times.get(name) ?? 0) + time);
  }
  const share = (time: number): string => `${((100 * time) / busy).toFixed(1).padStart(5)} %`;
  const lines = [...times].sort(([, a], [, b]) => b - a).slice(0, count);
  return [
    `${share(ours)}  all that is ours; of that the ${count} functions that take most themselves:`,
    ...lines.map(([name, time]) => `${share(time)}  ${name}`),
  ].join('\n');
}

/** Where a function of a bundle of ours stands in the sources; undefined for one of others. */
function ourSources(readMap: ReadMap): (frame: Frame) => string | undefined {
  const maps = new Map<string, SourceMap | undefined>();

  function mapOf(url: string): SourceMap | undefined {
    if (!maps.has(url)) {
      const payload = readMap(url);
      maps.set(url, payload && new SourceMap(payload));
    }
    return maps.get(url);
  }

  return ({ url, lineNumber, columnNumber }) => {
    const [, folder] = /\/(packages\/.*)\/dist\/[^/]*\.js$/.exec(url) ?? [];
    if (folder === undefined) return undefined;
    const found = mapOf(url)?.findEntry(lineNumber, columnNumber);
    if (found === undefined || !('originalSource' in found))
      return `${folder}/dist, line ${lineNumber + 1}`;
    const { originalSource, originalLine } = found;
    // What the bundle has of others lies in their folders.
    return originalSource.startsWith('../src/')
      ? `${folder}/${originalSource.slice('../'.length)}, line ${originalLine + 1}`
      : undefined;
  };
}
