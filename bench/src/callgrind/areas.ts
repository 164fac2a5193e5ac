/** Whose code it is that runs. */
export const areas = [
  'our JavaScript',
  "Node's JavaScript",
  'other JavaScript',
  "V8's built-in functions",
  'C++ of V8 and Node, libraries',
] as const;
export type Area = (typeof areas)[number];

/**
 * The instructions of each area. Callgrind knows compiled JavaScript by its address only; the map that V8
 * writes with `--perf-basic-prof` says what was there.
 */
export function areasOf(
  functions: ReadonlyMap<string, number>,
  perfMap: string,
): Map<Area, number> {
  const nameAt = readPerfMap(perfMap);
  const found = new Map<Area, number>();
  for (const [name, instructions] of functions) {
    const area = areaOf(name.startsWith('0x') ? (nameAt(Number(name)) ?? 'JS:') : name);
    found.set(area, (found.get(area) ?? 0) + instructions);
  }
  return found;
}

function areaOf(name: string): Area {
  if (name.startsWith('Builtins_') || /^(Builtin|BytecodeHandler|Stub|RegExp):/.test(name))
    return "V8's built-in functions";
  if (!/^(JS|Function|Script|Eval|LazyCompile):/.test(name)) return 'C++ of V8 and Node, libraries';
  if (/\/packages\/.*\/dist\//.test(name)) return 'our JavaScript';
  return / node:/.test(name) ? "Node's JavaScript" : 'other JavaScript';
}

/** Of each line the address and the size, both hexadecimal, and the name. */
function readPerfMap(text: string): (address: number) => string | undefined {
  const codes = text.split('\n').flatMap((line) => {
    const [, from, size, name] = /^([\da-f]+) ([\da-f]+) (.*)$/.exec(line) ?? [];
    if (from === undefined || size === undefined || name === undefined) return [];
    const start = Number.parseInt(from, 16);
    return [{ start, end: start + Number.parseInt(size, 16), name }];
  });
  // Where code lay that is gone, other code may lie later.
  return (address) => codes.findLast(({ start, end }) => start <= address && address < end)?.name;
}
