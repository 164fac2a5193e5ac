import { checkNumber } from '@fairlead/endpoint';
import { hash32 } from '../hash.ts';
import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';

/** How `ringHash` is laid out. */
export interface RingHashOptions {
  /**
   * How many points an instance of weight 1 has; more spread the keys more evenly, by the square root.
   * Default 160: no instance has a third more keys than its share. All together have at most 262 144:
   * with more than that, each has half as many, or a quarter, and so on.
   */
  readonly points?: number | undefined;
  /**
   * How many times its share of the calls in flight an instance may have before a key goes on to the
   * next on the ring: no key, however popular, overloads one instance. Default 1.25; `Infinity` for no
   * bound. (V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2016.)
   */
  readonly balanceFactor?: number | undefined;
}

/** Enough for 1600 instances of weight 1. */
const maxPoints = 262_144;

/**
 * The same instance for the same key, for as long as it is listed: each has points on a ring, as many
 * as its weight says, and a key belongs to the next point. When an instance comes or goes, only its own
 * keys move. A call without a key goes anywhere. A pick takes constant time, on average.
 */
export function ringHash(options: RingHashOptions = {}): PolicyFactory {
  const points = checkNumber('points', options.points ?? 160, {
    min: 1,
    max: maxPoints,
    integer: true,
  });
  const balanceFactor = checkNumber('balanceFactor', options.balanceFactor ?? 1.25, { min: 1 });

  return ({ random }) => {
    let ring: Ring = layOut([], points);
    let pending = 0;

    /** Whether one more call would be over the node's share of all that are in flight. */
    function isFull({ pending: own, weight }: Node): boolean {
      if (balanceFactor === Infinity) return false;
      const share = ((pending + 1) * weight) / ring.totalWeight;
      return own + 1 > Math.ceil(balanceFactor * share);
    }

    return {
      update(nodes) {
        ring = layOut(nodes, points);
        pending = nodes.reduce((sum, node) => sum + node.pending, 0);
      },
      started() {
        pending++;
      },
      ended() {
        pending = Math.max(0, pending - 1);
      },
      pick(_now, key) {
        const hash = key === undefined ? Math.floor(random() * 2 ** 32) : hash32(key);
        return firstWithRoom(ring, nextPoint(ring, hash), isFull);
      },
    };
  };
}

interface Ring {
  /** Sorted. */
  readonly hashes: Uint32Array;
  /** Whose point each of them is. */
  readonly owners: readonly Node[];
  /** For each value of the highest bits of a hash the place of the first point that has these or higher ones. */
  readonly places: Uint32Array;
  /** How many of the lower bits do not count in {@link places}. */
  readonly shift: number;
  readonly totalWeight: number;
}

/** What one instance has depends on itself alone, so that others come and go without moving its keys. */
function layOut(nodes: readonly Node[], pointsOfOne: number): Ring {
  const total = nodes.reduce((sum, { weight }) => sum + weight, 0);
  const weightOf = ({ weight }: Node): number => (total > 0 ? weight : 1);
  let scale = pointsOfOne;
  while (scale * total > maxPoints) scale /= 2;
  const points: { readonly hash: number; readonly node: Node }[] = [];
  for (const node of nodes) {
    const weight = weightOf(node);
    const count = weight === 0 ? 0 : Math.max(1, Math.round(scale * weight));
    for (let i = 0; i < count; i++) points.push({ hash: hash32(`${node.instance.id}_${i}`), node });
  }
  points.sort((a, b) => a.hash - b.hash || (a.node.instance.id < b.node.instance.id ? -1 : 1));
  const hashes = Uint32Array.from(points, ({ hash }) => hash);
  return {
    hashes,
    ...placesOf(hashes),
    owners: points.map(({ node }) => node),
    totalWeight: total > 0 ? total : nodes.length,
  };
}

/** The owner of a point, or of the next one whose owner is not full; where all are, the first. */
function firstWithRoom({ owners }: Ring, start: number, isFull: (node: Node) => boolean): Node {
  // Sound, both: every point has its owner, and a ring has points.
  const first = owners[start] as Node;
  if (!isFull(first)) return first;
  for (let i = 1; i < owners.length; i++) {
    const node = owners[(start + i) % owners.length] as Node;
    if (node !== first && !isFull(node)) return node;
  }
  return first;
}

/** As many places as there are points, more or less, so that one or two are looked at from each. */
function placesOf(hashes: Uint32Array): Pick<Ring, 'places' | 'shift'> {
  const bits = Math.max(1, 32 - Math.clz32(hashes.length));
  const shift = 32 - bits;
  const places = new Uint32Array(2 ** bits);
  let point = 0;
  for (let i = 0; i < places.length; i++) {
    while (point < hashes.length && (hashes[point] ?? 0) >>> shift < i) point++;
    places[i] = point;
  }
  return { places, shift };
}

/** The place of the first point at or after a hash, round the ring. */
function nextPoint({ hashes, places, shift }: Ring, hash: number): number {
  // Sound, both: there is a place for all highest bits, and every point before the last has its hash.
  let point = places[hash >>> shift] as number;
  while (point < hashes.length && (hashes[point] as number) < hash) point++;
  return point === hashes.length ? 0 : point;
}
