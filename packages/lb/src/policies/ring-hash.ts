import { checkNumber } from '@fairlead/endpoint';
import { hash32 } from '../hash.ts';
import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';

/** How `ringHash` is laid out. */
export interface RingHashOptions {
  /** How many points the ring has at least; more spread the keys more evenly. Default 1024, or 100 for each instance if that is more. */
  readonly minPoints?: number | undefined;
  /**
   * How many times its share of the calls in flight an instance may have before a key goes on to the
   * next on the ring: no key, however popular, overloads one instance. Default 1.25; `Infinity` for no
   * bound. (V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2016.)
   */
  readonly balanceFactor?: number | undefined;
}

const pointsPerNode = 100;

/**
 * The same instance for the same key, for as long as it is listed: each has points on a ring, as many
 * as its weight says, and a key belongs to the next point. When an instance comes or goes, only its own
 * keys move. A call without a key goes anywhere. Keys are found in logarithmic time.
 */
export function ringHash(options: RingHashOptions = {}): PolicyFactory {
  const minPoints = checkNumber('minPoints', options.minPoints ?? 1024, {
    min: 1,
    max: 8_388_608,
    integer: true,
  });
  const balanceFactor = checkNumber('balanceFactor', options.balanceFactor ?? 1.25, { min: 1 });

  return ({ random }) => {
    let ring: Ring = { hashes: new Uint32Array(), owners: [], totalWeight: 0 };
    let pending = 0;

    /** Whether one more call would be over the node's share of all that are in flight. */
    function isFull({ pending: own, weight }: Node): boolean {
      const share = ((pending + 1) * weight) / ring.totalWeight;
      return own + 1 > Math.ceil(balanceFactor * share);
    }

    return {
      update(nodes) {
        const wanted = Math.max(minPoints, pointsPerNode * nodes.length);
        ring = layOut(nodes, wanted);
        pending = nodes.reduce((sum, node) => sum + node.pending, 0);
      },
      started() {
        pending++;
      },
      ended() {
        pending = Math.max(0, pending - 1);
      },
      pick(_now, key) {
        const { hashes, owners } = ring;
        const start = nextPoint(hashes, key === undefined ? Math.floor(random() * 2 ** 32) : hash32(key));
        // Sound, both: every point has its owner, and a ring has points.
        const owner = owners[start] as Node;
        if (balanceFactor === Infinity) return owner;
        for (let i = 0, at = start; i < hashes.length; i++) {
          const node = owners[at] as Node;
          if (!isFull(node)) return node;
          at = at + 1 === hashes.length ? 0 : at + 1;
        }
        return owner;
      },
    };
  };
}

interface Ring {
  /** Sorted. */
  readonly hashes: Uint32Array;
  /** Whose point each of them is. */
  readonly owners: readonly Node[];
  readonly totalWeight: number;
}

function layOut(nodes: readonly Node[], wanted: number): Ring {
  const total = nodes.reduce((sum, { weight }) => sum + weight, 0);
  const points: { readonly hash: number; readonly node: Node }[] = [];
  for (const node of nodes) {
    const share = total > 0 ? node.weight / total : 1 / nodes.length;
    const count = share === 0 ? 0 : Math.max(1, Math.round(wanted * share));
    for (let i = 0; i < count; i++) points.push({ hash: hash32(`${node.instance.id}_${i}`), node });
  }
  points.sort((a, b) => a.hash - b.hash || (a.node.instance.id < b.node.instance.id ? -1 : 1));
  return {
    hashes: Uint32Array.from(points, ({ hash }) => hash),
    owners: points.map(({ node }) => node),
    totalWeight: total > 0 ? total : nodes.length,
  };
}

/** The place of the first point at or after a hash, round the ring. */
function nextPoint(hashes: Uint32Array, hash: number): number {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    // Sound: the middle is between the two ends.
    if ((hashes[middle] as number) < hash) low = middle + 1;
    else high = middle;
  }
  return low === hashes.length ? 0 : low;
}
