import { byName } from './by-name.ts';

/**
 * Measures every name once per round, one after the other, so that whatever else the machine does
 * falls on all of them alike. Each round starts with another name, and when each
 * has been first the order turns round, so that none always follows the same neighbour.
 */
export async function interleave<Name extends string, Sample>(
  names: readonly Name[],
  rounds: number,
  measure: (name: Name, round: number) => Promise<Sample>,
): Promise<Record<Name, Sample[]>> {
  const samples = byName(names, (): Sample[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const name of orderOf(names, round)) samples[name].push(await measure(name, round));
  }
  return samples;
}

/**
 * Runs the whole of a measurement several times, each with fresh processes, and joins the rounds:
 * what a process happens to be, how its code was compiled and where its memory lies, differs from
 * one to the next by a few percent and stays as long as it lives.
 */
export async function inPasses<Name extends string, Sample>(
  passes: number,
  run: () => Promise<Record<Name, Sample[]>>,
): Promise<Record<Name, Sample[]>> {
  const all = await run();
  for (let pass = 1; pass < passes; pass++) {
    const more = await run();
    for (const name in all) all[name].push(...more[name]);
  }
  return all;
}

/** The order of one round. */
export function orderOf<Name>(names: readonly Name[], round: number): readonly Name[] {
  const start = round % Math.max(1, names.length);
  const rotated = [...names.slice(start), ...names.slice(0, start)];
  const turns = Math.floor(round / Math.max(1, names.length));
  return turns % 2 === 0 ? rotated : rotated.reverse();
}
