import type { Labels } from './instruments.ts';

/** What stands for the values of series beyond the limit. */
export const other = 'other';

/** The longest value of a label, in characters; the rest is cut off. */
const maxValueLength = 200;

/** Makes the series of a metric, each once, and no more than `maxSeries` beside the one for all others. */
export function seriesOf<Name extends string, I>(
  metric: string,
  names: readonly Name[],
  make: (labels: Labels) => I,
  maxSeries: number,
): (labels: Labels<Name>) => I {
  const known = new Map<string, I>();
  let rest: I | undefined;

  function overflow(): I {
    rest ??= make(Object.fromEntries(names.map((name) => [name, other])));
    return rest;
  }

  return (labels) => {
    const entries = names.map((name) => [name, textOf(metric, name, labels[name])] as const);
    const key = JSON.stringify(entries);
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size >= maxSeries) return overflow();
    const made = make(Object.fromEntries(entries));
    known.set(key, made);
    return made;
  };
}

function textOf(metric: string, name: string, value: unknown): string {
  if (value === undefined) throw new TypeError(`${metric} needs a value for its label ${name}`);
  const text = String(value);
  return text.length > maxValueLength ? text.slice(0, maxValueLength) : text;
}
