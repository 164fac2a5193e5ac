import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';

/**
 * Any instance, each with the chance of its weight. An instance without weight gets nothing, unless
 * none has any. A pick takes constant time: the alias method (A. J. Walker 1977, M. D. Vose 1991).
 */
export function weightedRandom(): PolicyFactory {
  return ({ random }) => {
    let nodes: readonly Node[] = [];
    let table: AliasTable = aliasTable([]);
    return {
      update(updated) {
        nodes = updated;
        table = aliasTable(updated.map(({ weight }) => weight));
      },
      pick() {
        const draw = random() * nodes.length;
        const column = Math.floor(draw);
        // Sound, both: every column has a limit and an alias, and a draw is below their number.
        const index =
          draw - column < (table.limits[column] as number)
            ? column
            : (table.aliases[column] as number);
        return nodes[index] as Node;
      },
    };
  };
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
  if (!(total > 0)) return { limits, aliases };

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
