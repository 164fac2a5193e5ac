import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';
import { betterOfTwo } from './two-choices.ts';

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
  return ({ random }) => {
    let nodes: readonly Node[] = [];
    return {
      update(updated) {
        nodes = updated;
      },
      pick: (now) =>
        among === 'two' ? betterOfTwo(nodes, random, loadOf, now) : leastOf(nodes, random()),
    };
  };
}

function loadOf({ pending, weight }: Node): number {
  return (pending + 1) / weight;
}

/** Starts anywhere, so that of equal ones not always the same is taken. */
function leastOf(nodes: readonly Node[], draw: number): Node {
  const start = Math.floor(draw * nodes.length);
  // Sound, both: a policy is not asked without nodes, and every index stays below their number.
  let least = nodes[start] as Node;
  for (let i = 1; i < nodes.length; i++) {
    const node = nodes[(start + i) % nodes.length] as Node;
    if (loadOf(node) < loadOf(least)) least = node;
  }
  return least;
}
