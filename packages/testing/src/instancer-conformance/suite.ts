import { type ConformanceCase, casesOf } from '../conformance-case.ts';
import type { InstancerBinding } from './binding.ts';
import { failures } from './failures.ts';
import { lifetime } from './lifetime.ts';
import { sets } from './sets.ts';

/**
 * What every instancer must do, whatever its registry: sets, late and slow subscribers, an outage, an
 * answer that is not to be believed, its end. Give the cases to any test runner; each opens and
 * closes its own scene:
 *
 * ```ts no-run
 * for (const { name, run } of instancerConformance(binding)) it(name, run);
 * ```
 *
 * A registry that cannot meet a requirement, or a scene that cannot bring it about, leaves it out by
 * its name, with the reason; a name that is not a requirement is an error.
 */
export function instancerConformance(
  binding: InstancerBinding,
  skips: Readonly<Record<string, string>> = {},
): readonly ConformanceCase[] {
  return casesOf([...sets, ...failures, ...lifetime], binding, skips);
}
