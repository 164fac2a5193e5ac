import { type ConformanceCase, casesOf } from '../conformance-case.ts';
import type { BreakerBinding } from './binding.ts';
import { calls } from './calls.ts';
import { states } from './states.ts';

/**
 * What every circuit breaker must do as a middleware: when it opens, half opens and closes, whom it lets
 * through then, what counts, and what becomes of contexts and streams. Give the cases to any test runner:
 *
 * ```ts no-run
 * for (const { name, run } of breakerConformance(binding)) it(name, run);
 * ```
 *
 * A breaker that cannot meet a requirement leaves it out by its name, with the reason: so the differences of
 * several are said in one place. A name that is not a requirement is an error.
 */
export function breakerConformance(
  binding: BreakerBinding,
  skips: Readonly<Record<string, string>> = {},
): readonly ConformanceCase[] {
  return casesOf([...states, ...calls], binding, skips);
}
