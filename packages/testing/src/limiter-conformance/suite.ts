import { type ConformanceCase, casesOf } from '../conformance-case.ts';
import type { LimiterBinding } from './binding.ts';
import { refusals } from './refusals.ts';
import { waits } from './waits.ts';

/**
 * What every limit on the rate of calls must do: how many it lets go, what a refusal says, in which order
 * calls wait, and what becomes of those that end meanwhile. A limiter that only refuses, or only
 * makes wait, is examined for that alone. Give the cases to any test runner:
 *
 * ```ts no-run
 * for (const { name, run } of limiterConformance(binding)) it(name, run);
 * ```
 *
 * A limiter that cannot meet a requirement leaves it out by its name, with the reason; a name that is
 * not a requirement is an error.
 */
export function limiterConformance(
  binding: LimiterBinding,
  skips: Readonly<Record<string, string>> = {},
): readonly ConformanceCase[] {
  const all = [...(binding.refuses ? refusals : []), ...(binding.waits ? waits : [])];
  return casesOf(all, binding, skips);
}
