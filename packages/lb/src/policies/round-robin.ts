import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';

/**
 * Each instance in its turn. It starts at a random one, so that many clients that start together do
 * not all begin with the same. Blind to how an instance does: right where all are alike and calls
 * cost about the same. Weights are ignored; see `weightedRoundRobin`.
 */
export function roundRobin(): PolicyFactory {
  return ({ random }) => {
    let nodes: readonly Node[] = [];
    let next = -1;
    return {
      update(updated) {
        nodes = updated;
        next = next < 0 ? Math.floor(random() * nodes.length) : next % nodes.length;
      },
      pick() {
        // Sound: a policy is not asked without nodes, and `next` is the place of one.
        const node = nodes[next] as Node;
        next = next + 1 === nodes.length ? 0 : next + 1;
        return node;
      },
    };
  };
}
