import { namesOf } from './by-name.ts';
import { measureLoops } from './measure-loops.ts';
import { line } from './result.ts';
import { ratios } from './spread.ts';
import type { Subject } from './subject.ts';

const works = {
  create: 'createContext with a timeout + dispose',
  timeout: 'withTimeout + dispose, nobody listens',
  listener: 'withTimeout + onAbort + dispose',
  signal: 'withTimeout + signal + dispose',
  value: 'with + get of a value',
  setTimeout: 'setTimeout + clearTimeout, for comparison',
  'AbortSignal.any': 'AbortSignal.any of two, for comparison',
  'AbortSignal.timeout': 'AbortSignal.timeout, for comparison',
} as const;

const names = namesOf(works);

/** What a context costs beside the platform's own ways to end a call. */
export const contextSubject: Subject = async (run) => {
  const samples = await measureLoops('loops/context', names, {
    ...run,
    warmUpMs: run.warmUpMs / 3,
  });

  const nsOf = (name: keyof typeof works): number[] =>
    samples[name].map(({ ns = Number.NaN }) => ns);
  const times = names.map((name) => line(works[name], 'ns', nsOf(name)));
  const gains = (['timeout', 'listener', 'signal'] as const).map((name) =>
    line(
      `AbortSignal.timeout ÷ ${works[name]}`,
      '×',
      ratios(nsOf('AbortSignal.timeout'), nsOf(name)),
    ),
  );
  const lines = [...times, ...gains];
  return [{ title: 'A context', lines }];
};
