import type { Context, ServiceError } from '@fairlead/endpoint';
import type { Instance } from './instance.ts';

/** What is known about the instances of a service at one moment. Immutable. */
export interface Discovery {
  /** Counts the changes of {@link instances} and {@link doubtful}; an error or its end is none. */
  readonly version: number;
  /**
   * The last good set: no two with the same id or address, sorted by id. Undefined until the
   * registry has answered once. Instances that did not change are the same objects as before.
   */
  readonly instances: readonly Instance[] | undefined;
  /**
   * Those of {@link instances} that the registry lists no more in an answer that is not believed
   * yet: suddenly none, or far fewer than before. Use the others while they suffice.
   */
  readonly doubtful: readonly Instance[];
  /** What the change to this {@link version} was, so that who follows each need not compare. */
  readonly change: InstanceChange;
  /** Why the registry cannot be read now; undefined while it answers. The set is then the last good one. */
  readonly error: ServiceError | undefined;
  /** When the registry last answered, in milliseconds on the instancer's clock; undefined until it did. */
  readonly confirmedAt: number | undefined;
}

/** The difference between one version of a set and the next. */
export interface InstanceChange {
  /** New, changed (known by their id before), or listed again after a doubt. */
  readonly put: readonly Instance[];
  /** Gone for good: after a doubt only when it was confirmed. */
  readonly removed: readonly Instance[];
  /** Now in doubt. */
  readonly doubted: readonly Instance[];
}

/**
 * Knows the instances of one service, now and from now on, and outlives its registry: while that
 * cannot be read the last good set stays.
 *
 * Does nothing before somebody subscribes or waits for {@link ready}; then it follows the registry
 * until it is closed. Any number may share one.
 */
export interface Instancer extends AsyncDisposable {
  /** What is known now. Never blocks, never throws. */
  readonly current: Discovery;
  /**
   * Calls `listener` with what is known already, at once, and then at each change: of the set, of
   * its doubtful part, or when reading begins or ceases to fail. Returns what takes it back.
   *
   * A listener that returns a promise is called again only when that has settled, with the latest
   * state alone: whoever is slow misses what came between, and holds up nobody. What a listener
   * throws goes to `onError`.
   */
  subscribe(listener: DiscoveryListener): () => void;
  /**
   * The first good set, which may be empty. Rejects when the context ends before the registry has
   * answered, with the reason why it did not, and with `unavailable` when the instancer is closed.
   */
  ready(ctx: Context): Promise<readonly Instance[]>;
  /**
   * How old the set may be, in milliseconds: 0 while the registry answers, and while it cannot be
   * read the time since it last did (or since the start, where it never did). A gauge for alerts.
   */
  stalenessMs(): number;
  /** Ends the following. Resolves when nothing of it is left; a second time waits for the same. */
  close(): Promise<void>;
}

/** Who follows an {@link Instancer}. */
export type DiscoveryListener = (discovery: Discovery) => void | Promise<void>;
