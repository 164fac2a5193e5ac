import type { Clock } from '@fairlead/endpoint';
import type { Discovery } from './discovery.ts';
import type { Instance } from './instance.ts';
import type { Listing, ListingChange } from './listing.ts';
import { unavailable } from './report.ts';
import type { SetGuard } from './set-guard.ts';
import { SortedList } from './sorted-list.ts';

const nothing: readonly Instance[] = Object.freeze([]);
const idOf = ({ id }: Instance): string => id;
const none = new SortedList(idOf, nothing);

type Rest = Omit<Discovery, 'instances'>;

/** A discovery whose list is made when it is looked at. */
function discovery(list: SortedList<Instance> | undefined, rest: Rest): Discovery {
  return {
    version: rest.version,
    get instances() {
      return list?.items;
    },
    doubtful: rest.doubtful,
    change: rest.change,
    error: rest.error,
    confirmedAt: rest.confirmedAt,
  };
}

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
  current: Discovery = discovery(undefined, {
    version: 0,
    doubtful: nothing,
    change: { put: nothing, removed: nothing, doubted: nothing },
    error: undefined,
    confirmedAt: undefined,
  });
  private list: SortedList<Instance> | undefined = undefined;
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
    const { doubtful, error, version, change: last } = this.current;
    const isNews = this.list === undefined || put.length + removed.length + doubted.length > 0;
    if (isNews) this.list = (this.list ?? none).with({ put, removed: removed.map(idOf) });
    this.current = discovery(this.list, {
      version: isNews ? version + 1 : version,
      doubtful: isNews ? sorted(guard.doubtful()) : doubtful,
      change: isNews ? change : last,
      error: undefined,
      confirmedAt: now,
    });
    if (isNews || error !== undefined) changed();
  }

  /** Keeps the set, and says why it is not confirmed. An error like the one before is no event. */
  failed(thrown: unknown): void {
    const { name, guard, report, changed } = this.options;
    const error = unavailable(`${name} cannot be read`, thrown);
    const { version, doubtful, change, confirmedAt, error: before } = this.current;
    guard.failed();
    this.current = discovery(this.list, { version, doubtful, change, confirmedAt, error });
    report(error);
    if (before?.code !== error.code) changed();
  }
}

function sorted(instances: readonly Instance[]): readonly Instance[] {
  if (instances.length === 0) return nothing;
  return none.with({ put: instances, removed: [] }).items;
}
