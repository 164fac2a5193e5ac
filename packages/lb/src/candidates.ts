import type { Health } from './health.ts';

/** What is known about an instance that may be chosen. */
export interface Standing {
  readonly entry: { readonly doubtful: boolean };
  readonly health: Health;
}

/**
 * The instances to choose among:
 *
 * 1. not one that the registry has dropped and that fails as well: two signs agree that it is gone;
 * 2. not one that could not be reached, unless none could;
 * 3. of the rest those in good health, not ejected and not doubtful, unless they are so few that they
 *    would be overloaded: then all of the rest.
 */
export function candidates<S extends Standing>(
  all: readonly S[],
  panicThreshold: number,
): readonly S[] {
  const present = either(all, ({ entry, health }) => !(entry.doubtful && health.isEjected));
  const reachable = either(present, ({ health }) => !health.isUnreachable);
  const healthy = reachable.filter(({ entry, health }) => !entry.doubtful && !health.isEjected);
  const isEnough = healthy.length > 0 && healthy.length >= panicThreshold * reachable.length;
  return isEnough ? healthy : reachable;
}

/** Those that pass, or all where none does. */
function either<S>(all: readonly S[], passes: (one: S) => boolean): readonly S[] {
  const passed = all.filter(passes);
  return passed.length > 0 ? passed : all;
}
