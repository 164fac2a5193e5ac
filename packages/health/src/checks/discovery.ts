import type { CheckResult } from '../check.ts';

/** Where instances are known: an instancer of `@fairlead/sd`. */
export interface KnowsInstances {
  readonly current: {
    readonly instances: readonly unknown[] | undefined;
    readonly error: Error | undefined;
  };
}

/** Where values for instances are known: an endpointer of `@fairlead/sd`. */
export interface KnowsEndpoints {
  readonly current: { readonly entries: readonly unknown[]; readonly error: Error | undefined };
}

/** Who knows how each instance does: a balancer of `@fairlead/lb`. */
export interface KnowsStatus {
  status(): readonly { readonly ejected: boolean; readonly doubtful: boolean }[];
}

/**
 * A check of a service that is found through a registry: down where no instance of it is known or all
 * are left out, degraded where some are or the registry cannot be read. It looks at what is known and
 * calls nobody.
 *
 * ```ts
 * health.add({ name: 'addsvc', kind: 'dependency', check: discovered(balancer) });
 * ```
 */
export function discovered(
  source: KnowsInstances | KnowsEndpoints | KnowsStatus,
): () => CheckResult {
  return () => {
    if ('status' in source) return ofStatus(source.status());
    const { current } = source;
    const known = 'entries' in current ? current.entries : (current.instances ?? []);
    const data = { instances: known.length };
    const why = current.error?.message;
    if (known.length === 0) return { status: 'down', message: why ?? 'no instance is known', data };
    if (why !== undefined) return { status: 'degraded', message: why, data };
    return { status: 'up', data };
  };
}

function ofStatus(instances: ReturnType<KnowsStatus['status']>): CheckResult {
  const out = instances.filter(({ ejected, doubtful }) => ejected || doubtful).length;
  const data = { instances: instances.length, out };
  if (instances.length === 0) return { status: 'down', message: 'no instance is known', data };
  if (out === instances.length)
    return { status: 'down', message: 'every instance is left out', data };
  if (out > 0)
    return { status: 'degraded', message: `${out} of ${instances.length} are left out`, data };
  return { status: 'up', data };
}
