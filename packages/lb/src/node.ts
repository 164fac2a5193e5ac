import type { Instance } from '@fairlead/sd';

/**
 * One instance as a {@link Policy} sees it: what it is, and how it has done lately. It lives as long
 * as the instance is listed, through every change around it. A class, as the one hot object: its
 * numbers change with each call.
 */
export class Node {
  instance: Instance;
  /** What share of the calls it should get beside others, where the policy looks at weights. */
  weight: number;
  /** How many calls it has now. */
  pending = 0;
  /** For policies that look at latency: the cost of a call in milliseconds, as of {@link stamp}. */
  cost = 0;
  /** When {@link cost} was last learnt, in the clock's milliseconds; `-Infinity` before the first call ended. */
  stamp: number = -Infinity;
  /** For those as well: whether {@link cost} is that of the first call alone, which was slow. */
  isDoubtful = false;
  /** What the balancer that made it keeps with it: nobody else's affair. */
  readonly owner: unknown;

  constructor(instance: Instance, owner?: unknown) {
    this.instance = instance;
    this.owner = owner;
    this.weight = instance.weight;
  }

  /** The registry may say something else of the same instance. */
  follow(instance: Instance): void {
    if (instance === this.instance) return;
    this.instance = instance;
    this.weight = instance.weight;
  }
}
