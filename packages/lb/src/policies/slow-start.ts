import { checkNumber } from '@fairlead/endpoint';
import type { Node } from '../node.ts';
import type { Policy, PolicyFactory } from '../policy.ts';

/** How new instances are warmed up. */
export interface SlowStartOptions {
  /** How long an instance is new, in milliseconds. Default 30 000. */
  readonly windowMs?: number | undefined;
  /** How fast its share grows: 1 for evenly, more for faster at first. Default 1. */
  readonly aggression?: number | undefined;
  /** How much of its share it has at once, from 0 to 1. Default 0.1. */
  readonly minShare?: number | undefined;
}

/** How often another is picked in place of one that is still new. */
const maxPasses = 3;

/**
 * Gives an instance that comes to those which serve already its share little by little, for what must
 * warm up first: a cache, a compiler, a pool. It is passed over now and then, for another pick of the
 * policy: less and less often as it gets older. Instances that are new all together are not held back;
 * a policy that keeps a key with an instance keeps it there from the start.
 * (Envoy's rule for the share: max(minShare, (age / window) ^ (1 / aggression)).)
 */
export function slowStart(inner: PolicyFactory, options: SlowStartOptions = {}): PolicyFactory {
  const windowMs = checkNumber('windowMs', options.windowMs ?? 30_000, { min: 1 });
  const aggression = checkNumber('aggression', options.aggression ?? 1, { min: 0.01 });
  const minShare = checkNumber('minShare', options.minShare ?? 0.1, { min: 0, max: 1 });

  /** How much of its share an instance has at an age. */
  function shareAt(ageMs: number): number {
    return ageMs >= windowMs ? 1 : Math.max(minShare, (ageMs / windowMs) ** (1 / aggression));
  }

  return (setup) => {
    const policy = inner(setup);
    let since: ReadonlyMap<Node, number> = new Map();
    let newUntil = -Infinity;

    function isPassedOver(node: Node, now: number): boolean {
      const share = shareAt(now - (since.get(node) ?? -Infinity));
      return share < 1 && setup.random() >= share;
    }

    return {
      ...observers(policy),
      update(nodes, now, listed) {
        const first = since.size === 0;
        since = new Map(listed.map((node) => [node, since.get(node) ?? (first ? -Infinity : now)]));
        newUntil = Math.max(...since.values()) + windowMs;
        policy.update(nodes, now, listed);
      },
      pick(now, key) {
        let node = policy.pick(now, key);
        if (now >= newUntil) return node;
        for (let i = 0; i < maxPasses && isPassedOver(node, now); i++) node = policy.pick(now, key);
        return node;
      },
    };
  };
}

/** What a policy around another hands on as it is. */
export function observers({ started, ended }: Policy): Pick<Policy, 'started' | 'ended'> {
  return { ...(started && { started }), ...(ended && { ended }) };
}
