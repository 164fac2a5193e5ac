import { inPasses, interleave } from './rounds.ts';
import type { SubjectRun } from './subject.ts';
import type { Sample } from './worker.ts';
import { startWorkers } from './worker-set.ts';

/** Measures one loop in a process for each name, which it is told, by turns: of each the sample of every round. */
export function measureLoops<Name extends string>(
  script: `loops/${string}`,
  names: readonly Name[],
  { node, passes, rounds, roundMs, warmUpMs }: SubjectRun,
  argsOf: (name: Name) => readonly string[] = (name) => [name],
): Promise<Record<Name, Sample[]>> {
  return inPasses(passes, async () => {
    await using workers = await startWorkers(names, (name) => [
      script,
      { node, cpu: 'subject', args: argsOf(name) },
    ]);
    await workers.warmUp(warmUpMs);
    return await interleave(names, rounds, (name) => workers.get(name).measure(roundMs));
  });
}
