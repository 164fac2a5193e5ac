import type { Random } from '@fairlead/endpoint';
import type { Node } from '../node.ts';

/**
 * Two different nodes at random, of which the one with the lower load: as good as a look at all of
 * them, for the price of two, and no two clients run after the same node (M. Mitzenmacher 2001).
 * The two are never the same one, or the busier of two would be taken a quarter of the time.
 */
export function betterOfTwo(
  nodes: readonly Node[],
  random: Random,
  load: (node: Node, now: number) => number,
  now: number,
): Node {
  const first = Math.floor(random() * nodes.length);
  // Sound, all: a policy is not asked without nodes, and a draw is below 1.
  const a = nodes[first] as Node;
  if (nodes.length === 1) return a;
  let second = Math.floor(random() * (nodes.length - 1));
  if (second >= first) second++;
  const b = nodes[second] as Node;
  return load(b, now) < load(a, now) ? b : a;
}
