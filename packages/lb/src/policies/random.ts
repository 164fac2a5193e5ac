import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';

/** Any instance, all with the same chance. Weights are ignored; see `weightedRandom`. */
export function random(): PolicyFactory {
  return ({ random: draw }) => {
    let nodes: readonly Node[] = [];
    return {
      update(updated) {
        nodes = updated;
      },
      // Sound: a policy is not asked without nodes, and a draw is below 1.
      pick: () => nodes[Math.floor(draw() * nodes.length)] as Node,
    };
  };
}
