import { type Instance, type InstanceInit, instance, isMadeOf, sameInstance } from './instance.ts';

/** What became different in what a registry lists. */
export interface ListingChange {
  readonly put: readonly Instance[];
  readonly removed: readonly Instance[];
}

/** What a {@link Listing} leaves out, and the most that it holds. */
export interface ListingOptions {
  readonly maxInstances: number;
  readonly accept: (instance: Instance) => boolean;
  /** Is told, once for each reading that has something new of the kind, what was left out and why. */
  readonly rejected: (reasons: readonly string[]) => void;
}

/** What a registry lists now, made valid: no two instances with the same id or the same address. */
export interface Listing {
  readonly size: number;
  /** Takes over a whole set; throws where it is too large, and has then changed nothing. */
  replace(inits: readonly InstanceInit[]): ListingChange;
  /** Takes over a part. Costs what changed. */
  change(put: readonly InstanceInit[], removed: readonly string[]): ListingChange;
}

/**
 * Of several instances with one address that with the least id counts, of several addresses with one
 * id the least: so all clients of a registry agree, in whatever order it lists them.
 */
export function createListing({ maxInstances, accept, rejected }: ListingOptions): Listing {
  const byId = new Map<string, Instance>();
  const byAddress = new Map<string, Instance[]>();
  /** What counted at each address that this change touches, before it. */
  let touched = new Map<string, Instance | undefined>();
  let reasons: string[] = [];
  let lastReasons = '';

  function read(init: InstanceInit): Instance | undefined {
    try {
      const known = byId.get(typeof init === 'string' ? init : (init.id ?? init.address));
      const made = known !== undefined && isMadeOf(known, init) ? known : instance(init);
      if (made === known || accept(made)) return made;
      reasons.push(`${JSON.stringify(made.id)}: its address ${made.address} is not accepted`);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }

  function touch(address: string): Instance[] {
    const holders = byAddress.get(address) ?? [];
    if (!touched.has(address)) touched.set(address, least(holders));
    return holders;
  }

  function put(made: Instance): void {
    const known = byId.get(made.id);
    if (known !== undefined && sameInstance(known, made)) return;
    if (known !== undefined) drop(known);
    const holders = touch(made.address);
    byAddress.set(made.address, [...holders, made]);
    byId.set(made.id, made);
    const [other] = holders;
    if (other !== undefined) {
      reasons.push(
        `${JSON.stringify(other.id)} and ${JSON.stringify(made.id)} are both at ${made.address}`,
      );
    }
  }

  function drop(known: Instance): void {
    const rest = touch(known.address).filter((holder) => holder !== known);
    if (rest.length === 0) byAddress.delete(known.address);
    else byAddress.set(known.address, rest);
    byId.delete(known.id);
  }

  function finish(): ListingChange {
    const change = { put: [] as Instance[], removed: [] as Instance[] };
    for (const [address, before] of touched) {
      const after = least(byAddress.get(address) ?? []);
      if (after === before) continue;
      if (after !== undefined) change.put.push(after);
      if (before !== undefined && !counts(before.id)) change.removed.push(before);
    }
    touched = new Map();
    return change;
  }

  function counts(id: string): boolean {
    const known = byId.get(id);
    return known !== undefined && least(byAddress.get(known.address) ?? []) === known;
  }

  /** The same entries are wrong in each reading until somebody mends them: to say it once will do. */
  function reportRejected(whole: boolean): void {
    const text = reasons.toSorted().join('\n');
    if (reasons.length > 0 && text !== lastReasons) rejected(reasons);
    if (whole) lastReasons = text;
    reasons = [];
  }

  return {
    get size() {
      return byAddress.size;
    },
    replace(inits) {
      if (inits.length > maxInstances) throw tooMany(inits.length, maxInstances);
      const next = new Map<string, Instance>();
      for (const init of inits) {
        const made = read(init);
        if (made === undefined) continue;
        const twin = next.get(made.id);
        if (twin === undefined || made.address < twin.address) next.set(made.id, made);
        if (twin !== undefined && !sameInstance(twin, made)) {
          reasons.push(
            `${JSON.stringify(made.id)} is listed twice: ${twin.address}, ${made.address}`,
          );
        }
      }
      for (const known of byId.values()) if (!next.has(known.id)) drop(known);
      for (const made of next.values()) put(made);
      reportRejected(true);
      return finish();
    },
    change(inits, removed) {
      if (byId.size + inits.length > maxInstances + removed.length) {
        throw tooMany(byId.size + inits.length - removed.length, maxInstances);
      }
      for (const id of removed) dropId(id);
      for (const init of inits) {
        const made = read(init);
        if (made !== undefined) put(made);
        else if (typeof init === 'object' && init !== null) dropId(init.id ?? init.address);
      }
      reportRejected(false);
      return finish();
    },
  };

  function dropId(id: string): void {
    const known = byId.get(id);
    if (known !== undefined) drop(known);
  }
}

function least(holders: readonly Instance[]): Instance | undefined {
  let [first] = holders;
  for (const holder of holders) if (first !== undefined && holder.id < first.id) first = holder;
  return first;
}

function tooMany(count: number, max: number): Error {
  return new RangeError(`it lists ${count} instances, more than maxInstances (${max}) allows`);
}
