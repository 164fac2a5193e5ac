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

/**
 * What a registry lists now, made valid: no two instances with the same id or the same address.
 *
 * Of several instances with one address that with the least id counts, of several addresses with one
 * id the least: so all clients of a registry agree, in whatever order it lists them.
 */
export class Listing {
  private readonly options: ListingOptions;
  private readonly byId = new Map<string, Instance>();
  private readonly byAddress = new Map<string, readonly Instance[]>();
  /** Which instance counted at each address that the change at hand touches, before it. */
  private touched = new Map<string, Instance | undefined>();
  private reasons: string[] = [];
  private lastReasons = '';

  constructor(options: ListingOptions) {
    this.options = options;
  }

  get size(): number {
    return this.byAddress.size;
  }

  /** Takes over a whole set; throws where it is too large, and has then changed nothing. */
  replace(inits: readonly InstanceInit[]): ListingChange {
    this.checkSize(inits.length);
    const next = new Map<string, Instance>();
    for (const init of inits) {
      const made = this.read(init);
      if (made !== undefined) this.add(next, made);
    }
    for (const known of this.byId.values()) if (!next.has(known.id)) this.drop(known);
    for (const made of next.values()) this.put(made);
    const text = this.reasons.toSorted().join('\n');
    // The same entries are wrong in each reading until somebody mends them: to say it once will do.
    if (text !== this.lastReasons) this.reject();
    this.lastReasons = text;
    return this.finish();
  }

  /** Takes over a part. Costs what changed. */
  change(inits: readonly InstanceInit[], removed: readonly string[]): ListingChange {
    this.checkSize(this.byId.size + inits.length - removed.length);
    for (const id of removed) this.dropId(id);
    for (const init of inits) {
      const made = this.read(init);
      if (made !== undefined) this.put(made);
      // What took the place of a valid entry took that away.
      else if (typeof init === 'object' && init !== null) this.dropId(init.id ?? init.address);
    }
    this.reject();
    return this.finish();
  }

  private checkSize(count: number): void {
    const { maxInstances } = this.options;
    if (count <= maxInstances) return;
    throw new RangeError(`${count} instances are more than maxInstances, ${maxInstances}, allows`);
  }

  private read(init: InstanceInit): Instance | undefined {
    try {
      const known = this.byId.get(typeof init === 'string' ? init : (init.id ?? init.address));
      if (known !== undefined && isMadeOf(known, init)) return known;
      const made = instance(init);
      if (this.options.accept(made)) return made;
      this.reasons.push(`${JSON.stringify(made.id)}: ${made.address} is not accepted`);
    } catch (error) {
      this.reasons.push(error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }

  private add(next: Map<string, Instance>, made: Instance): void {
    const twin = next.get(made.id);
    if (twin === undefined || made.address < twin.address) next.set(made.id, made);
    if (twin === undefined || sameInstance(twin, made)) return;
    const [least, other] = [twin.address, made.address].toSorted();
    this.reasons.push(`${JSON.stringify(made.id)} is at ${least} and at ${other}`);
  }

  private put(made: Instance): void {
    const known = this.byId.get(made.id);
    if (known !== undefined && sameInstance(known, made)) return;
    if (known !== undefined) this.drop(known);
    const holders = this.touch(made.address);
    this.byAddress.set(made.address, [...holders, made]);
    this.byId.set(made.id, made);
    if (holders.length === 0) return;
    const ids = [...holders, made].map(({ id }) => JSON.stringify(id)).toSorted();
    this.reasons.push(`${ids.join(' and ')} are at ${made.address}`);
  }

  private dropId(id: string): void {
    const known = this.byId.get(id);
    if (known !== undefined) this.drop(known);
  }

  private drop(known: Instance): void {
    const rest = this.touch(known.address).filter((holder) => holder !== known);
    if (rest.length === 0) this.byAddress.delete(known.address);
    else this.byAddress.set(known.address, rest);
    this.byId.delete(known.id);
  }

  private touch(address: string): readonly Instance[] {
    const holders = this.byAddress.get(address) ?? [];
    if (!this.touched.has(address)) this.touched.set(address, least(holders));
    return holders;
  }

  private reject(): void {
    if (this.reasons.length > 0) this.options.rejected(this.reasons);
    this.reasons = [];
  }

  private finish(): ListingChange {
    const put: Instance[] = [];
    const removed: Instance[] = [];
    for (const [address, before] of this.touched) {
      const after = this.counting(address);
      if (after === before) continue;
      if (after !== undefined) put.push(after);
      if (before !== undefined && !this.counts(before.id)) removed.push(before);
    }
    this.touched = new Map();
    return { put, removed };
  }

  private counting(address: string): Instance | undefined {
    return least(this.byAddress.get(address) ?? []);
  }

  /** Whether an instance with this id counts, wherever it is now. */
  private counts(id: string): boolean {
    const known = this.byId.get(id);
    return known !== undefined && this.counting(known.address) === known;
  }
}

function least(holders: readonly Instance[]): Instance | undefined {
  let [first] = holders;
  for (const holder of holders) if (first !== undefined && holder.id < first.id) first = holder;
  return first;
}
