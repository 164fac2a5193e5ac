import type { Random } from '@fairlead/endpoint';
import { type WeightedDraw, weightedDraw } from '../alias-table.ts';
import type { Node } from '../node.ts';
import type { Policy, PolicyFactory } from '../policy.ts';
import { twoChoices } from './two-choices.ts';

/** How `leastRequest` looks for the instance with the fewest calls. */
export interface LeastRequestOptions {
  /**
   * `two` looks at two at random, and suits any number of instances; `all` looks at each of them,
   * which finds the least for sure but costs more with every instance, and sends clients that see the
   * same to the same one. Default `two`.
   */
  readonly among?: 'two' | 'all' | undefined;
}

/**
 * The instance with the fewest calls of ours in flight, for its weight. Sees a slow instance only
 * where one client has several calls at once; `peakEwma` sees it sooner.
 */
export function leastRequest({ among = 'two' }: LeastRequestOptions = {}): PolicyFactory {
  return ({ random }) => (among === 'two' ? twoChoices(random, loadOf) : leastOfAll(random));
}

/** What a node has to do for its weight; one without weight is the last resort. */
function loadOf({ pending, weight }: Node): number {
  return weight === 0 ? Infinity : pending / weight;
}

/** Starts anywhere, by weight, so that of equal ones not always the same is taken. */
function leastOfAll(random: Random): Policy {
  let nodes: readonly Node[] = [];
  let draw: WeightedDraw = weightedDraw([]);
  return {
    update(updated) {
      nodes = updated;
      draw = weightedDraw(updated.map(({ weight }) => weight));
    },
    pick() {
      const start = draw(random);
      // Sound, both: a policy is not asked without nodes, and every index stays below their number.
      let least = nodes[start] as Node;
      for (let i = 1; i < nodes.length; i++) {
        const node = nodes[(start + i) % nodes.length] as Node;
        if (loadOf(node) < loadOf(least)) least = node;
      }
      return least;
    },
  };
}
