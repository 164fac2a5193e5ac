import type { Meter } from '../meter.ts';

/** A balancer of `@fairlead/lb`, as far as it is looked at. */
export interface ObservedBalancer {
  status(): readonly ObservedInstance[];
}

/** One instance of an {@link ObservedBalancer}. */
export interface ObservedInstance {
  readonly instance: { readonly address: string };
  readonly pending: number;
  readonly ejected: boolean;
  readonly doubtful: boolean;
}

/**
 * Shows how the instances of a balancer are doing, whenever somebody looks. Returns what ends it.
 *
 * ```
 * fairlead_balancer_instances{balancer="addsvc",state="ejected"}       ready, ejected or doubtful
 * fairlead_balancer_pending_calls{balancer="addsvc",instance="10.0.0.1:80"}
 * ```
 */
export function observeBalancer(
  meter: Meter,
  name: string,
  balancer: ObservedBalancer,
): () => void {
  const unlinkInstances = meter.observe(
    {
      name: 'fairlead_balancer_instances',
      help: 'How many instances a balancer has, by how they are doing.',
      labels: ['balancer', 'state'],
    },
    (record) => {
      const states = { ready: 0, ejected: 0, doubtful: 0 };
      for (const one of balancer.status()) states[stateOf(one)]++;
      for (const [state, count] of Object.entries(states)) record(count, { balancer: name, state });
    },
  );
  const unlinkPending = meter.observe(
    {
      name: 'fairlead_balancer_pending_calls',
      help: 'How many calls an instance has not answered yet.',
      labels: ['balancer', 'instance'],
    },
    (record) => {
      for (const { instance, pending } of balancer.status()) {
        record(pending, { balancer: name, instance: instance.address });
      }
    },
  );
  return () => {
    unlinkInstances();
    unlinkPending();
  };
}

function stateOf({ ejected, doubtful }: ObservedInstance): 'ready' | 'ejected' | 'doubtful' {
  if (ejected) return 'ejected';
  return doubtful ? 'doubtful' : 'ready';
}
