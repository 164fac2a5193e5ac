import type { Random } from '@fairlead/endpoint';
import { areEqual, type WeightedDraw, weightedDraw } from '../alias-table.ts';
import type { Node } from '../node.ts';

/** Says which of some nodes has the lower load, after a look at two of them. */
export interface TwoChoices {
  update(nodes: readonly Node[]): void;
  pick(now: number): Node;
}

/** How often a second choice is drawn that is the first one again, before its neighbour is taken. */
const redraws = 4;

/**
 * Two different nodes at random, of which the one with the lower load: as good as a look at all of
 * them, for the price of two, and no two clients run after the same node (M. Mitzenmacher 2001).
 * The two are never the same one, or the busier of two would be taken a quarter of the time. Nodes are
 * drawn by their weight, so that it counts where no node is busy; a load should count it where they are.
 *
 * @param margin by how great a share the second must be better than the first to be taken
 */
export function twoChoices(
  random: Random,
  loadOf: (node: Node, now: number) => number,
  margin = 0,
): TwoChoices {
  let nodes: readonly Node[] = [];
  let draw: WeightedDraw = weightedDraw([]);
  let isEven = true;

  function drawOther(first: number): number {
    if (isEven) {
      const second = Math.floor(random() * (nodes.length - 1));
      return second < first ? second : second + 1;
    }
    for (let i = 0; i < redraws; i++) {
      const second = draw(random);
      if (second !== first) return second;
    }
    return (first + 1) % nodes.length;
  }

  return {
    update(updated) {
      nodes = updated;
      const weights = updated.map(({ weight }) => weight);
      draw = weightedDraw(weights);
      isEven = areEqual(weights);
    },
    pick(now) {
      const first = draw(random);
      // Sound, both: a policy is not asked without nodes, and a draw is the index of one.
      const a = nodes[first] as Node;
      if (nodes.length === 1) return a;
      const b = nodes[drawOther(first)] as Node;
      return loadOf(b, now) < loadOf(a, now) * (1 - margin) ? b : a;
    },
  };
}
