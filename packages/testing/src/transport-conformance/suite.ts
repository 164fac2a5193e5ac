import { type ConformanceCase, casesOf } from '../conformance-case.ts';
import type { TransportBinding } from './binding.ts';
import { endings } from './endings.ts';
import { errors } from './errors.ts';
import { hooks } from './hooks.ts';
import { metadata } from './metadata.ts';
import { values } from './values.ts';

/**
 * What every transport must do for unary calls: the symmetry law, `client(server(e))` behaves like
 * `e`, for values, errors, cancellation, deadlines, metadata and hooks. Give the cases to any test
 * runner; each makes and closes its own pair:
 *
 * ```ts no-run
 * for (const { name, run } of transportConformance(binding)) it(name, run);
 * ```
 *
 * A transport that cannot meet a requirement leaves it out by its name, with the reason; a name that
 * is not a requirement is an error, so that no skip outlives what it was for.
 */
export function transportConformance(
  binding: TransportBinding,
  skips: Readonly<Record<string, string>> = {},
): readonly ConformanceCase[] {
  return casesOf([...values, ...errors, ...endings, ...metadata, ...hooks], binding, skips);
}
