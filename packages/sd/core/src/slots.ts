import type { ServiceError } from '@fairlead/endpoint';
import type { Discovery } from './discovery.ts';
import type { Instance } from './instance.ts';
import type { Maker } from './making.ts';
import { type EntryOptions, OwnedEntry } from './owned-entry.ts';
import type { SortedChanges } from './sorted.ts';

interface Slot<T> {
  instance: Instance;
  doubtful: boolean;
  entry: OwnedEntry<T> | undefined;
  /** Takes the order for the value back. */
  cancel: () => void;
}

/** The places of an endpointer: one for each instance that is listed, with or without its value yet. */
export class Slots<T> {
  private readonly options: EntryOptions;
  private readonly maker: Maker<T>;
  private readonly changed: () => void;
  private readonly slots = new Map<string, Slot<T>>();
  /** Values that nobody wants any more, while their calls last: by id and address, to be taken back. */
  private readonly draining = new Map<string, OwnedEntry<T>>();
  /** The same, and those whose closing is under way. */
  private readonly leaving = new Set<OwnedEntry<T>>();
  private readonly failing = new Map<Slot<T>, ServiceError>();
  /** What is different, by id: an entry that is there now, or undefined for one that is not. */
  private pending = new Map<string, OwnedEntry<T> | undefined>();
  private isTouched = false;
  private seen: number | undefined = undefined;
  private onLeft = (): void => {};

  /** `changed` is called when values come or fail. */
  constructor(options: EntryOptions, maker: Maker<T>, changed: () => void) {
    this.options = options;
    this.maker = maker;
    this.changed = changed;
  }

  /** Takes over what is known now: the change alone where nothing was missed in between. */
  follow({ version, instances = [], doubtful, change }: Discovery): void {
    if (version === this.seen) return;
    if (version - 1 === this.seen) {
      for (const { id } of change.removed) this.removeId(id);
      for (const instance of change.put) this.put(instance, false);
      for (const { id } of change.doubted) this.doubt(this.slots.get(id), true);
    } else this.compare(instances, new Set(doubtful));
    this.seen = version;
  }

  /** Gives all values up; what is followed next is made anew. */
  drop(): void {
    for (const slot of this.slots.values()) this.remove(slot);
    this.seen = undefined;
    this.changed();
  }

  /** Gives all values up for good. Resolves when they are closed. */
  end(): Promise<void> {
    for (const slot of this.slots.values()) this.remove(slot);
    for (const entry of this.draining.values()) entry.hurry();
    return new Promise((resolve) => {
      this.onLeft = resolve;
      if (this.leaving.size === 0) resolve();
    });
  }

  /** What is different since it was last asked for, maybe only within entries; undefined for nothing. */
  changes(): SortedChanges<OwnedEntry<T>> | undefined {
    if (this.pending.size === 0 && !this.isTouched) return undefined;
    const put: OwnedEntry<T>[] = [];
    const removed: string[] = [];
    for (const [id, entry] of this.pending) {
      if (entry === undefined) removed.push(id);
      else put.push(entry);
    }
    this.pending = new Map();
    this.isTouched = false;
    return { put, removed };
  }

  /** Why one has no value; undefined when none has failed. */
  failure(): ServiceError | undefined {
    const [first] = this.failing.values();
    return first;
  }

  private compare(instances: readonly Instance[], doubtful: ReadonlySet<Instance>): void {
    const listed = new Set(instances.map(({ id }) => id));
    for (const slot of this.slots.values()) if (!listed.has(slot.instance.id)) this.remove(slot);
    for (const instance of instances) this.put(instance, doubtful.has(instance));
  }

  private put(instance: Instance, doubtful: boolean): void {
    const slot = this.slots.get(instance.id);
    if (slot?.instance.address !== instance.address) {
      if (slot !== undefined) this.remove(slot);
      this.open(instance, doubtful);
      return;
    }
    slot.instance = instance;
    this.doubt(slot, doubtful);
    if (slot.entry === undefined || slot.entry.instance === instance) return;
    slot.entry.instance = instance;
    this.isTouched = true;
  }

  private doubt(slot: Slot<T> | undefined, doubtful: boolean): void {
    if (slot === undefined || slot.doubtful === doubtful) return;
    slot.doubtful = doubtful;
    if (slot.entry === undefined) return;
    slot.entry.doubtful = doubtful;
    this.isTouched = true;
  }

  private open(instance: Instance, doubtful: boolean): void {
    const slot: Slot<T> = { instance, doubtful, entry: undefined, cancel: () => {} };
    this.slots.set(instance.id, slot);
    const revived = this.draining.get(keyOf(instance));
    if (revived !== undefined) {
      this.draining.delete(keyOf(instance));
      this.leaving.delete(revived);
      revived.revive();
      this.fill(slot, revived);
      return;
    }
    slot.cancel = this.maker.make({
      get instance() {
        return slot.instance;
      },
      made: (owned) =>
        this.fill(slot, new OwnedEntry(owned, slot.instance, slot.doubtful, this.options)),
      failed: (error) => {
        this.failing.set(slot, error);
        this.changed();
      },
    });
  }

  private fill(slot: Slot<T>, entry: OwnedEntry<T>): void {
    slot.entry = entry;
    entry.instance = slot.instance;
    entry.doubtful = slot.doubtful;
    this.failing.delete(slot);
    this.pending.set(slot.instance.id, entry);
    this.changed();
  }

  private removeId(id: string): void {
    const slot = this.slots.get(id);
    if (slot !== undefined) this.remove(slot);
  }

  private remove(slot: Slot<T>): void {
    const { instance, entry } = slot;
    this.slots.delete(instance.id);
    this.failing.delete(slot);
    slot.cancel();
    if (entry === undefined) return;
    const key = keyOf(instance);
    this.pending.set(instance.id, undefined);
    this.draining.set(key, entry);
    this.leaving.add(entry);
    entry.drain({
      closing: () => this.draining.delete(key),
      closed: () => {
        this.leaving.delete(entry);
        if (this.leaving.size === 0) this.onLeft();
      },
    });
  }
}

/** A value belongs to an id and an address: under another address it would call somebody else. */
function keyOf({ id, address }: Instance): string {
  return `${address} ${id}`;
}
