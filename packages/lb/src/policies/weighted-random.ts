import { type WeightedDraw, weightedDraw } from '../alias-table.ts';
import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';

/**
 * Any instance, each with the chance of its weight. An instance without weight gets nothing, unless
 * none has any. A pick takes constant time.
 */
export function weightedRandom(): PolicyFactory {
  return ({ random }) => {
    let nodes: readonly Node[] = [];
    let draw: WeightedDraw = weightedDraw([]);
    return {
      update(updated) {
        nodes = updated;
        draw = weightedDraw(updated.map(({ weight }) => weight));
      },
      // Sound: a policy is not asked without nodes, and a draw is the index of one.
      pick: () => nodes[draw(random)] as Node,
    };
  };
}
