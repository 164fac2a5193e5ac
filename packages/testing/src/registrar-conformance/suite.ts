import { type ConformanceCase, casesOf } from '../conformance-case.ts';
import type { RegistrarBinding } from './binding.ts';
import { losses } from './losses.ts';
import { stays } from './stays.ts';

/**
 * What every registrar must do, whatever its registry: register and deregister, each once however
 * often it is asked, come back after a loss, end. Give the cases to any test runner; each opens and
 * closes its own scene:
 *
 * ```ts no-run
 * for (const { name, run } of registrarConformance(binding)) it(name, run);
 * ```
 *
 * A registry that cannot meet a requirement, or a scene that cannot bring it about, leaves it out by
 * its name, with the reason; a name that is not a requirement is an error.
 */
export function registrarConformance(
  binding: RegistrarBinding,
  skips: Readonly<Record<string, string>> = {},
): readonly ConformanceCase[] {
  return casesOf([...stays, ...losses], binding, skips);
}
