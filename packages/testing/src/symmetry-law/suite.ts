import { checkNumber } from '@fairlead/endpoint';
import type { ConformanceCase } from '../conformance-case.ts';
import type { TransportBinding } from '../transport-conformance/binding.ts';
import { cancellations } from './cancellations.ts';
import { crowds } from './crowds.ts';
import { deadlines } from './deadlines.ts';
import { errors } from './errors.ts';
import { values } from './values.ts';

/** How {@link symmetryLaw} is examined. */
export interface SymmetryLawOptions {
  /** Where the choices start: the same seed makes the same ones. Default 1; take others to explore. */
  readonly seed?: number | undefined;
  /** How often each property is tried. Default 100; where real time passes 20 at most. */
  readonly runs?: number | undefined;
  /** The path of a counterexample, as the failure prints it beside its seed: tries that one first. */
  readonly path?: string | undefined;
  /** Laws that the transport cannot keep, by name, with the reason. A name that is none is an error. */
  readonly skips?: Readonly<Record<string, string>> | undefined;
}

/**
 * The symmetry law: `client(server(e))` behaves like `e`, for any message, any error, any throw, and
 * for callers who cancel or run out of time at any moment. Properties over random input: a failure
 * prints the smallest counterexample that was found, its seed and its path. For any test runner:
 *
 * ```ts no-run
 * for (const { name, run } of symmetryLaw(binding)) it(name, run);
 * ```
 *
 * It goes beside {@link transportConformance}, whose examples say what exactly is broken.
 */
export function symmetryLaw(
  binding: TransportBinding,
  options: SymmetryLawOptions = {},
): readonly ConformanceCase[] {
  const { seed = 1, path, skips = {} } = options;
  const numRuns = checkNumber('runs', options.runs ?? 100, { min: 1, integer: true });
  const parameters = { seed, numRuns, ...(path === undefined ? {} : { path }) };
  const all = [...values, ...errors, ...cancellations, ...deadlines, ...crowds];
  const unknown = Object.keys(skips).find((name) => !all.some(([known]) => known === name));
  if (unknown !== undefined) {
    throw new TypeError(`no law is named ${JSON.stringify(unknown)}: take this skip out`);
  }
  return all
    .filter(([name]) => !Object.hasOwn(skips, name))
    .map(([name, check]) => ({
      name,
      run: async () => check({ fc: await import('fast-check'), binding, parameters }),
    }));
}
