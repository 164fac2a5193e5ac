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
  const overprovisioning = checkNumber('overprovisioning', options.overprovisioning ?? 1.4, { min: 1 });
  const minInstances = checkNumber('minInstances', options.minInstances ?? 1, { min: 1, integer: true });

  return (setup) => {
    const [near, far] = [inner(setup), inner(setup)];
    const isNear = ({ instance }: Node): boolean => instance.zone === zone;
    /** Where each call belongs, for the policy that is to be told. */
    const owner = (node: Node): Policy => (isNear(node) ? near : far);
    let share = 0;
    let tellAll: Policy | undefined;
    return {
      update(nodes, now, listed) {
        const [own, others] = [nodes.filter(isNear), nodes.filter((node) => !isNear(node))];
        const known = listed.filter(isNear).length;
        share = known < minInstances ? 0 : shareOfOwn(own.length / known, overprovisioning);
        if (others.length === 0) share = 1;
        tellAll = share === 0 ? far : undefined;
        if (share > 0) near.update(own, now, listed);
        // With no zone of its own to prefer, the caller sees one set.
        if (share < 1) far.update(share === 0 ? nodes : others, now, listed);
      },
      pick: (now, key) =>
        (share === 1 || (share > 0 && setup.random() < share) ? near : far).pick(now, key),
      started: (node) => (tellAll ?? owner(node)).started?.(node),
      ended: (node, ...how) => (tellAll ?? owner(node)).ended?.(node, ...how),
    };
  };
}

/** In whole hundredths, rounded down. */
function shareOfOwn(healthyShare: number, overprovisioning: number): number {
  // A little more, for what a division leaves short of a whole.
  return Math.min(1, Math.floor(100 * healthyShare * overprovisioning + 1e-9) / 100);
}
