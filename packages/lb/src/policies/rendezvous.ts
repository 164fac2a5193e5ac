import { hash32 } from '../hash.ts';
import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';

/**
 * The same instance for the same key: the one that scores highest for it. When an instance comes or
 * goes, only its own keys move, and there is no table to keep; but every instance is looked at, so it
 * is for small sets. Weights count in full. A call without a key goes anywhere. (D. Thaler,
 * C. Ravishankar, "highest random weight", 1998; weighted after J. Resch, 2015.)
 */
export function rendezvous(): PolicyFactory {
  return ({ random }) => {
    let nodes: readonly Node[] = [];
    let seeds: Uint32Array = new Uint32Array();
    return {
      update(updated) {
        nodes = updated;
        seeds = Uint32Array.from(updated, ({ instance }) => hash32(instance.id));
      },
      pick(_now, key) {
        const hash = key === undefined ? Math.floor(random() * 2 ** 32) : hash32(key);
        let best = 0;
        let highest = -Infinity;
        for (let i = 0; i < nodes.length; i++) {
          // Sound, here and below: an index of the nodes, each of which has a seed.
          const score = (nodes[i] as Node).weight / -Math.log(chanceOf(hash, seeds[i] as number));
          if (score > highest) {
            highest = score;
            best = i;
          }
        }
        return nodes[best] as Node;
      },
    };
  };
}

/** A number between 0 and 1, neither included, for a key and a node together: murmur3's finalizer of both. */
function chanceOf(key: number, seed: number): number {
  let mixed = key ^ Math.imul(seed, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
