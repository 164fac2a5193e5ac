import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';

/** What the greatest weight is scaled to: enough for a ratio of 1 to 65 535. */
const full = 65_535;

/**
 * Each instance in its turn and as often as its weight says, spread evenly: an instance of weight 3
 * beside one of weight 1 is not picked three times in a row. An instance without weight gets nothing,
 * unless none has any; with equal weights it is {@link roundRobin}.
 *
 * A static stride scheduler (gRPC proposal A58): it goes round, and passes over an instance in the
 * share of the rounds that it lacks of the greatest weight. A pick takes as many steps as the
 * greatest weight is above the mean one, on average.
 */
export function weightedRoundRobin(): PolicyFactory {
  return ({ random }) => {
    let nodes: readonly Node[] = [];
    let strides: Uint32Array = new Uint32Array();
    /** How far each instance is towards its next pick: it is picked when this passes `full`. */
    let progress: Uint32Array = new Uint32Array();
    let next = -1;
    return {
      update(updated) {
        const kept = new Map(nodes.map((node, i) => [node, progress[i]]));
        nodes = updated;
        strides = stridesOf(updated);
        progress = Uint32Array.from(
          updated,
          (node) => kept.get(node) ?? Math.floor(random() * full),
        );
        next = next < 0 ? Math.floor(random() * nodes.length) : next % nodes.length;
      },
      pick() {
        for (;;) {
          const index = next;
          next = next + 1 === nodes.length ? 0 : next + 1;
          // Sound, all: `next` is the place of a node, and each has its stride and its progress.
          const reached = (progress[index] as number) + (strides[index] as number);
          if (reached < full) {
            progress[index] = reached;
            continue;
          }
          progress[index] = reached - full;
          return nodes[index] as Node;
        }
      },
    };
  };
}

function stridesOf(nodes: readonly Node[]): Uint32Array {
  const greatest = nodes.reduce((most, { weight }) => Math.max(most, weight), 0);
  return Uint32Array.from(nodes, ({ weight }) => {
    if (greatest === 0) return full;
    return weight === 0 ? 0 : Math.max(1, Math.round((weight / greatest) * full));
  });
}
