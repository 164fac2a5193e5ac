import type { ServiceError } from '@fairlead/endpoint';
import type { EndpointEntry, Endpoints } from './endpointer.ts';
import type { Slots } from './slots.ts';
import { SortedList } from './sorted-list.ts';

/** The endpoints as everybody sees them, renewed from the slots. */
export class PublishedEndpoints<T> {
  current: Endpoints<T> = { version: 0, entries: [], error: undefined };
  private list = new SortedList<EndpointEntry<T>>(idOf, []);
  /** Why the registry cannot be read. */
  registryError: ServiceError | undefined = undefined;
  private readonly announce: () => void;
  private isSoon = false;

  constructor(announce: () => void) {
    this.announce = announce;
  }

  /** Renews them at the end of this turn: values that are made in one turn are one change. */
  renewSoon(slots: Slots<T>): void {
    if (this.isSoon) return;
    this.isSoon = true;
    queueMicrotask(() => this.renew(slots));
  }

  /** Renews them now. The same as before is no event, nor is another error after the first. */
  renew(slots: Slots<T>): void {
    this.isSoon = false;
    const { version, error } = this.current;
    const changes = slots.changes();
    const next = this.registryError ?? slots.failure();
    if (changes === undefined && (next === undefined) === (error === undefined)) return;
    if (changes !== undefined) this.list = this.list.with(changes);
    const { list } = this;
    this.current = {
      version: version + 1,
      get entries() {
        return list.items;
      },
      error: next,
    };
    this.announce();
  }
}

function idOf({ instance }: { readonly instance: { readonly id: string } }): string {
  return instance.id;
}
