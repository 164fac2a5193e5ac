import { checkNumber } from '@fairlead/endpoint';
import { hash32 } from '../hash.ts';
import type { Node } from '../node.ts';
import type { PolicyFactory } from '../policy.ts';

/** How `maglev` is laid out. */
export interface MaglevOptions {
  /** How many slots the table has: a prime, at least a hundred times the number of instances. Default 65 537. */
  readonly tableSize?: number | undefined;
}

/**
 * The same instance for the same key, by a table: faster than {@link ringHash} and spread more evenly,
 * but when an instance goes, about one key in two hundred of the others moves as well. A call without
 * a key goes anywhere. (D. Eisenbud et al., "Maglev", 2016, §3.4.)
 */
export function maglev({ tableSize = 65_537 }: MaglevOptions = {}): PolicyFactory {
  checkNumber('tableSize', tableSize, { min: 2, max: 5_000_011, integer: true });
  if (!isPrime(tableSize)) throw new RangeError(`tableSize must be a prime, but is ${tableSize}`);
  return ({ random }) => {
    let nodes: readonly Node[] = [];
    let table: Uint32Array = new Uint32Array();
    return {
      update(updated) {
        nodes = updated;
        // Made at the next pick, so that many changes in a row make one.
        table = new Uint32Array();
      },
      pick(_now, key) {
        if (table.length === 0) table = maglevTable(nodes.map(entryOf(tableSize)), tableSize);
        const slot = key === undefined ? Math.floor(random() * tableSize) : hash32(key) % tableSize;
        // Sound, both: every slot has the index of a node.
        return nodes[table[slot] as number] as Node;
      },
    };
  };
}

/** One instance in the order in which it wants the slots: `offset`, `offset + skip`, `offset + 2 skip`, … */
export interface MaglevEntry {
  readonly offset: number;
  readonly skip: number;
  readonly weight: number;
}

function entryOf(tableSize: number): (node: Node) => MaglevEntry {
  return ({ instance: { id }, weight }) => ({
    offset: hash32(id) % tableSize,
    skip: (hash32(id, 1) % (tableSize - 1)) + 1,
    weight,
  });
}

/**
 * Gives each slot of a table to an entry: all take turns, as often as their weights say, and each takes
 * the first free slot in its own order.
 */
export function maglevTable(entries: readonly MaglevEntry[], tableSize: number): Uint32Array {
  const table = new Uint32Array(tableSize).fill(free);
  const greatest = entries.reduce((most, { weight }) => Math.max(most, weight), 0);
  const claims = entries.map(({ offset, skip, weight }) => ({
    slot: offset,
    skip,
    share: greatest === 0 ? 1 : weight / greatest,
    due: 0,
  }));
  for (let taken = 0; taken < tableSize; ) {
    for (const [index, claim] of claims.entries()) {
      claim.due += claim.share;
      if (claim.due < 1) continue;
      claim.due--;
      while (table[claim.slot] !== free) claim.slot = (claim.slot + claim.skip) % tableSize;
      table[claim.slot] = index;
      if (++taken === tableSize) break;
    }
  }
  return table;
}

/** What stands in a slot that nobody has taken. */
const free = 0xffff_ffff;

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) {
    if (number % divisor === 0) return false;
  }
  return true;
}
