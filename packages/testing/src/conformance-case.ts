/** One requirement: `run` rejects where the binding does not meet it. */
export interface ConformanceCase {
  readonly name: string;
  run(): Promise<void>;
}

/** A requirement, before it is given the binding that it examines. */
export type RequirementOf<Binding> = readonly [
  name: string,
  check: (binding: Binding) => Promise<void>,
];

/** The requirements as cases for one binding, without those that it declares it cannot meet. */
export function casesOf<Binding>(
  all: readonly RequirementOf<Binding>[],
  binding: Binding,
  skips: Readonly<Record<string, string>>,
): readonly ConformanceCase[] {
  const unknown = Object.keys(skips).find((name) => !all.some(([known]) => known === name));
  if (unknown !== undefined) {
    throw new TypeError(`no requirement is named ${JSON.stringify(unknown)}: take this skip out`);
  }
  return all
    .filter(([name]) => !Object.hasOwn(skips, name))
    .map(([name, check]) => ({ name, run: () => check(binding) }));
}
