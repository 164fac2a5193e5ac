/** What callgrind wrote, as far as it is read here. */
export interface CallgrindProfile {
  /** Of the process. */
  readonly pid: number;
  /** All instructions. */
  readonly total: number;
  /** What each function ran itself, without what it called, by its name; of code that has no name its address. */
  readonly functions: ReadonlyMap<string, number>;
}

export function parseProfile(text: string): CallgrindProfile {
  return {
    pid: headerOf(text, 'pid'),
    total: headerOf(text, 'totals'),
    functions: functionsOf(text),
  };
}

function headerOf(text: string, name: string): number {
  const value = new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`callgrind wrote a profile without its ${name}`);
  return Number(value);
}

function functionsOf(text: string): Map<string, number> {
  const names = new Map<string, string>();
  const functions = new Map<string, number>();
  let name = '';
  let isOfCall = false;
  for (const line of text.split('\n')) {
    // The first time a name stands beside its number, later the number alone.
    const [, kind, id = '', given] = /^(c?fn)=\((\d+)\)(?: (.*))?$/.exec(line) ?? [];
    if (given !== undefined) names.set(id, withoutLevel(given));
    if (kind === 'fn') name = names.get(id) ?? '';
    if (kind !== undefined) continue;

    const own = /^[+\-*\d]\S* (\d+)$/.exec(line)?.[1];
    // After a `calls=` comes what the call took, which counts where it ran.
    if (own !== undefined && !isOfCall)
      functions.set(name, (functions.get(name) ?? 0) + Number(own));
    isOfCall = line.startsWith('calls=');
  }
  return functions;
}

/** A function that is called by itself has a name for each level. */
function withoutLevel(name: string): string {
  return name.replace(/'\d+$/, '');
}
