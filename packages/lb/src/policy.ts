import type { Clock, Random } from '@fairlead/endpoint';
import type { Node } from './node.ts';
import type { Outcome } from './outcome.ts';

/**
 * Chooses one of several instances. A balancer keeps the {@link Node}s, leaves out those that must not
 * be chosen, and tells the policy of every change and every call.
 *
 * - {@link update} comes before the first {@link pick} and at each change; it may be slow.
 * - {@link pick} is the hot path: constant or logarithmic time, no allocation, no look at the clock
 *   beyond `now`. It is not called with no nodes.
 * - All of it is synchronous, so nothing changes during a pick.
 */
export interface Policy {
  /**
   * The nodes to choose among from now on: at least one, sorted by the id of their instance.
   *
   * @param now the clock's milliseconds
   * @param listed every node, those included that are left out now
   */
  update(nodes: readonly Node[], now: number, listed: readonly Node[]): void;
  /**
   * The node for the next call.
   *
   * @param now the clock's milliseconds
   * @param key what the caller wants to stay with one instance, where it named something; see `routingKey`
   */
  pick(now: number, key: string | undefined): Node;
  /** A call to a node starts. Its `pending` counts it already. */
  started?(node: Node): void;
  /** A call to a node is over, `elapsedMs` after it began. Its `pending` counts it no more. */
  ended?(node: Node, elapsedMs: number, outcome: Outcome, now: number): void;
}

/** What a policy is made with. */
export interface PolicySetup {
  readonly random: Random;
  readonly clock: Clock;
}

/** A policy as it is handed to `createBalancer`, which makes its own of it: `peakEwma()`, `roundRobin()`. */
export type PolicyFactory = (setup: PolicySetup) => Policy;
