import { byName, namesOf } from '../by-name.ts';
import type { SubjectRun } from '../subject.ts';
import { type Counts, countCalls, type Program } from './count-calls.ts';

/** Counts two programs at a time, one on each CPU: they do not see each other. */
export async function countAll<Name extends string>(
  programs: Readonly<Record<Name, Program>>,
  { node, passes }: SubjectRun,
): Promise<Record<Name, readonly Counts[]>> {
  const names = namesOf(programs);
  const counts = byName(names, (): Counts[] => []);
  // A second process shows whether it counts the same; a third would show nothing more.
  const waiting = passes === 1 ? [...names] : [...names, ...names];

  async function lane(cpu: 'subject' | 'other'): Promise<void> {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      counts[name].push(await countCalls(programs[name], { node, cpu }));
  }

  await Promise.all([lane('subject'), lane('other')]);
  return counts;
}
