import type { ServiceError } from '@fairlead/endpoint';
import type { Endpoints } from './endpointer.ts';
import type { Slots } from './slots.ts';
import { withChanges } from './sorted.ts';

/** The endpoints as everybody sees them, renewed from the slots. */
export class PublishedEndpoints<T> {
  current: Endpoints<T> = { version: 0, entries: [], error: undefined };
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
    const { version, entries, error } = this.current;
    const changes = slots.changes();
    const next = this.registryError ?? slots.failure();
    if (changes === undefined && (next === undefined) === (error === undefined)) return;
    this.current = {
      version: version + 1,
      entries: changes === undefined ? entries : withChanges(entries, changes, idOf),
      error: next,
    };
    this.announce();
  }
}

function idOf({ instance }: { readonly instance: { readonly id: string } }): string {
  return instance.id;
}
