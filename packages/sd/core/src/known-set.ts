import type { Clock } from '@fairlead/endpoint';
import type { Discovery } from './discovery.ts';
import type { Instance } from './instance.ts';
import type { Listing, ListingChange } from './listing.ts';
import { unavailable } from './report.ts';
import type { SetGuard } from './set-guard.ts';
import { withChanges } from './sorted.ts';

const nothing: readonly Instance[] = Object.freeze([]);
const idOf = ({ id }: Instance): string => id;

/** What a {@link KnownSet} is made of. */
export interface KnownSetOptions {
  /** The source, for messages. */
  readonly name: string;
  readonly clock: Clock;
  readonly listing: Listing;
  readonly guard: SetGuard;
  /** Is called after each change of {@link KnownSet.current} that subscribers are told of. */
  readonly changed: () => void;
  readonly report: (thrown: unknown) => void;
}

/** What is known, as readings and failures come in. */
export class KnownSet {
  current: Discovery = {
    version: 0,
    instances: undefined,
    doubtful: nothing,
    change: { put: nothing, removed: nothing, doubted: nothing },
    error: undefined,
    confirmedAt: undefined,
  };
  private readonly options: KnownSetOptions;

  constructor(options: KnownSetOptions) {
    this.options = options;
  }

  /** Takes over a reading: what became different in the listing. */
  read(listed: ListingChange, whole: boolean): void {
    const { clock, guard, listing, changed } = this.options;
    const now = clock.now();
    const change = guard.read({ ...listed, listed: listing.size, whole, now });
    const { put, removed, doubted } = change;
    const { instances, error, version } = this.current;
    const confirmed = { ...this.current, error: undefined, confirmedAt: now };
    if (instances !== undefined && put.length + removed.length + doubted.length === 0) {
      this.current = confirmed;
      if (error !== undefined) changed();
      return;
    }
    const next = { put, removed: removed.map(idOf) };
    const doubtful = guard.doubtful();
    this.current = {
      ...confirmed,
      version: version + 1,
      instances: withChanges(instances ?? nothing, next, idOf),
      doubtful: withChanges(nothing, { put: doubtful, removed: [] }, idOf),
      change,
    };
    changed();
  }

  /** Keeps the set, and says why it is not confirmed. An error like the one before is no event. */
  failed(thrown: unknown): void {
    const { name, guard, report, changed } = this.options;
    const error = unavailable(`${name} cannot be read`, thrown);
    const before = this.current.error;
    guard.failed();
    this.current = { ...this.current, error };
    report(error);
    if (before?.code !== error.code) changed();
  }
}
