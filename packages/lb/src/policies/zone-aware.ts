import { checkNumber } from '@fairlead/endpoint';
import type { Node } from '../node.ts';
import type { Policy, PolicyFactory } from '../policy.ts';

/** Where the caller is, and when it leaves. */
export interface ZoneAwareOptions {
  /** The caller's own zone, as instances name theirs. */
  readonly zone: string;
  /**
   * How much more than their share the instances of the own zone are trusted with: at 1.4, calls begin
   * to leave the zone when less than 71 % of its instances are in good health. Default 1.4.
   */
  readonly overprovisioning?: number | undefined;
  /** With fewer instances than this in the own zone all zones are one. Default 1. */
  readonly minInstances?: number | undefined;
}

/**
 * Calls stay in the caller's own zone while enough of its instances are in good health; as these
 * become fewer, more and more calls go to the other zones. Within each the policy chooses.
 * (Envoy's rule for priorities: min(1, overprovisioning × healthy share).)
 */
export function zoneAware(inner: PolicyFactory, options: ZoneAwareOptions): PolicyFactory {
  const { zone } = options;
  const overprovisioning = checkNumber('overprovisioning', options.overprovisioning ?? 1.4, {
    min: 1,
  });
  const minInstances = checkNumber('minInstances', options.minInstances ?? 1, {
    min: 1,
    integer: true,
  });

  const isNear = ({ instance }: Node): boolean => instance.zone === zone;

  /** The share of the calls that stays near. */
  function shareOf(nodes: readonly Node[], listed: readonly Node[]): number {
    const [known, healthy] = [listed.filter(isNear).length, nodes.filter(isNear).length];
    if (known < minInstances) return 0;
    return healthy === nodes.length ? 1 : shareOfOwn(healthy / known, overprovisioning);
  }

  return (setup) => {
    const [near, far] = [inner(setup), inner(setup)];
    let share = 0;
    /** Which of the two a call is told to. With nothing near to prefer, the far one has all nodes. */
    const owner = (node: Node): Policy => (share > 0 && isNear(node) ? near : far);
    return {
      update(nodes, now, listed) {
        share = shareOf(nodes, listed);
        if (share > 0) near.update(nodes.filter(isNear), now, listed);
        const others = share > 0 ? nodes.filter((node) => !isNear(node)) : nodes;
        if (others.length > 0) far.update(others, now, listed);
      },
      pick: (now, key) =>
        (share === 1 || (share > 0 && setup.random() < share) ? near : far).pick(now, key),
      started: (node) => owner(node).started?.(node),
      ended: (node, ...how) => owner(node).ended?.(node, ...how),
    };
  };
}

/** In whole hundredths, rounded down. */
function shareOfOwn(healthyShare: number, overprovisioning: number): number {
  // A little more, for what a division leaves short of a whole.
  return Math.min(1, Math.floor(100 * healthyShare * overprovisioning + 1e-9) / 100);
}
