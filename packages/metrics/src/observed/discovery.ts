import type { Meter } from '../meter.ts';

/** An instancer of `@fairlead/sd`, as far as it is looked at. */
export interface ObservedInstancer {
  readonly current: {
    readonly instances: readonly unknown[] | undefined;
    readonly doubtful: readonly unknown[];
  };
  stalenessMs(): number;
}

/**
 * Shows what a registry lists and how old that is, whenever somebody looks. Returns what ends it.
 *
 * ```
 * fairlead_discovery_instances{service="addsvc"}
 * fairlead_discovery_doubtful_instances{service="addsvc"}
 * fairlead_discovery_staleness_seconds{service="addsvc"}               0 while the registry answers
 * ```
 *
 * An alert on the staleness tells of a registry that is away while all calls still go well.
 */
export function observeDiscovery(
  meter: Meter,
  service: string,
  instancer: ObservedInstancer,
): () => void {
  const gauge = (what: string, help: string, read: () => number): (() => void) =>
    meter.observe({ name: `fairlead_discovery_${what}`, help, labels: ['service'] }, (record) =>
      record(read(), { service }),
    );
  const unlink = [
    gauge(
      'instances',
      'How many instances of a service are known.',
      () => instancer.current.instances?.length ?? 0,
    ),
    gauge(
      'doubtful_instances',
      'How many of them the registry has stopped listing, which is not believed yet.',
      () => instancer.current.doubtful.length,
    ),
    gauge(
      'staleness_seconds',
      'How long ago the registry last answered; 0 while it does.',
      () => instancer.stalenessMs() / 1000,
    ),
  ];
  return () => unlink.forEach((end) => void end());
}
