import type { Random } from '@fairlead/endpoint';

/** Draws an index, each with the chance of its weight. */
export type WeightedDraw = (random: Random) => number;

/**
 * Draws among weights in constant time: the alias method (A. J. Walker 1977, M. D. Vose 1991). Where no
 * weight is above nothing, or all are equal, each index has the same chance.
 */
export function weightedDraw(weights: readonly number[]): WeightedDraw {
  const size = weights.length;
  if (areEqual(weights)) {
    return (random) => Math.floor(random() * size);
  }
  const { limits, aliases } = aliasTable(weights);
  return (random) => {
    const draw = random() * size;
    const column = Math.floor(draw);
    // Sound, both: every column has a limit and an alias, and a draw is below their number.
    return draw - column < (limits[column] as number) ? column : (aliases[column] as number);
  };
}

/** Whether each index has the same chance. */
export function areEqual(weights: readonly number[]): boolean {
  return weights.every((weight) => weight === weights[0]);
}

/** Columns of equal width: below its limit a column is its own index, above it is another's. */
interface AliasTable {
  readonly limits: Float64Array;
  readonly aliases: Uint32Array;
}

function aliasTable(weights: readonly number[]): AliasTable {
  const size = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const limits = new Float64Array(size).fill(1);
  const aliases = Uint32Array.from(weights.keys());
  const shares = weights.map((weight) => (weight * size) / total);
  const poor: number[] = [];
  const rich: number[] = [];
  for (const [i, share] of shares.entries()) (share < 1 ? poor : rich).push(i);
  for (let needy = poor.pop(); needy !== undefined; needy = poor.pop()) {
    const giver = rich.pop();
    // What is left by rounding alone has a share of 1.
    if (giver === undefined) break;
    const share = shares[needy] ?? 0;
    limits[needy] = share;
    aliases[needy] = giver;
    const rest = (shares[giver] ?? 0) - (1 - share);
    shares[giver] = rest;
    (rest < 1 ? poor : rich).push(giver);
  }
  return { limits, aliases };
}
