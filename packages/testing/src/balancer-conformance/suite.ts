import { type ConformanceCase, casesOf } from '../conformance-case.ts';
import type { BalancerBinding } from './binding.ts';
import { changes } from './changes.ts';
import { choices } from './choices.ts';

/**
 * What every balancer must do, whatever its policy: whom it picks with nobody, one and many, how evenly,
 * and what it makes of instances that come, go and fail in the midst of calls. Bounds are as wide as
 * chance makes them, five standard deviations. Give the cases to any test runner:
 *
 * ```ts no-run
 * for (const { name, run } of balancerConformance(binding)) it(name, run);
 * ```
 *
 * A balancer that cannot meet a requirement leaves it out by its name, with the reason; a name that is
 * not a requirement is an error.
 */
export function balancerConformance(
  binding: BalancerBinding,
  skips: Readonly<Record<string, string>> = {},
): readonly ConformanceCase[] {
  return casesOf([...choices, ...changes], binding, skips);
}
