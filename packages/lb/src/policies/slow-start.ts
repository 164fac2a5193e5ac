import { checkNumber } from '@fairlead/endpoint';
import type { Node } from '../node.ts';
import type { Policy, PolicyFactory } from '../policy.ts';

/** How new instances are warmed up. */
export interface SlowStartOptions {
  /** How long an instance is new, in milliseconds. Default 30 000. */
  readonly windowMs?: number | undefined;
  /** How fast its weight grows: 1 for evenly, more for faster at first. Default 1. */
  readonly aggression?: number | undefined;
  /** The share of its weight that it has at once, from 0 to 1. Default 0.1. */
  readonly minShare?: number | undefined;
}

/** How often within a window the weights are set anew. */
const steps = 20;

/**
 * Gives an instance that comes to those which serve already its share little by little, for what must
 * warm up first: a cache, a compiler, a pool. For policies that look at weights, the default among
 * them. Instances that are new all together are not held back.
 * (Envoy's rule: weight × max(minShare, (age / window) ^ (1 / aggression)).)
 */
export function slowStart(inner: PolicyFactory, options: SlowStartOptions = {}): PolicyFactory {
  const windowMs = checkNumber('windowMs', options.windowMs ?? 30_000, { min: 1 });
  const aggression = checkNumber('aggression', options.aggression ?? 1, { min: 0.01 });
  const minShare = checkNumber('minShare', options.minShare ?? 0.1, { min: 0, max: 1 });

  return (setup) => {
    const policy = inner(setup);
    let since = new Map<Node, number>();
    let nodes: readonly Node[] = [];
    let listed: readonly Node[] = [];
    let nextStepAt = Infinity;

    function warmUp(now: number): void {
      nextStepAt = Infinity;
      for (const node of nodes) {
        const age = now - (since.get(node) ?? -Infinity);
        const share =
          age >= windowMs ? 1 : Math.max(minShare, (age / windowMs) ** (1 / aggression));
        node.weight = node.instance.weight * share;
        if (share < 1) nextStepAt = now + windowMs / steps;
      }
      policy.update(nodes, now, listed);
    }

    return {
      ...observers(policy),
      update(updated, now, all) {
        const first = since.size === 0;
        since = new Map(all.map((node) => [node, since.get(node) ?? (first ? -Infinity : now)]));
        nodes = updated;
        listed = all;
        warmUp(now);
      },
      pick(now, key) {
        if (now >= nextStepAt) warmUp(now);
        return policy.pick(now, key);
      },
    };
  };
}

/** What a policy around another hands on as it is. */
export function observers({ started, ended }: Policy): Pick<Policy, 'started' | 'ended'> {
  return { ...(started && { started }), ...(ended && { ended }) };
}
