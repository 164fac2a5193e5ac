import type { Context, ServiceError } from '@fairlead/endpoint';
import type { Instance } from './instance.ts';

/** A value that belongs to somebody, and how it is given back. */
export interface Owned<T> {
  readonly value: T;
  /** Releases what the value holds, once. May take its time; a failure goes to `onError`. */
  close?(): Promise<void> | void;
}

/**
 * Makes the value for an instance: an endpoint, or a whole client with many methods. `ctx` ends
 * when the instance is gone, when it takes too long, or when the endpointer is closed; what comes
 * after that is closed unused.
 */
export type Factory<T> = (instance: Instance, ctx: Context) => Owned<T> | Promise<Owned<T>>;

/** One value and the instance that it calls: the same object as long as the value lives. */
export interface EndpointEntry<T> {
  /** The instance as the registry lists it now: its weight may change while the value stays. */
  readonly instance: Instance;
  readonly value: T;
  /** Whether the registry may no longer have the instance: see `Discovery.doubtful`. */
  readonly doubtful: boolean;
  /** How many have {@link acquire}d it and not yet {@link release}d it. */
  readonly inFlight: number;
  /**
   * Says that a call begins, which must be followed by {@link release} when it has ended: the value
   * is not closed in between. False when it is closed already: take another. O(1), allocates nothing.
   */
  acquire(): boolean;
  /** Says that a call has ended. */
  release(): void;
}

/** The values there are at one moment. Immutable, but for what its entries say about themselves. */
export interface Endpoints<T> {
  /** Grows with each change of {@link entries}, of what they say about their instances, and of {@link error}. */
  readonly version: number;
  /** Sorted by the ids of their instances. */
  readonly entries: readonly EndpointEntry<T>[];
  /** Why the registry cannot be read now, or why the last factory failed; undefined when all is well. */
  readonly error: ServiceError | undefined;
}

/**
 * Holds one value for each instance of a service, as long as it is listed and its calls last. Any
 * number of balancers may share one.
 */
export interface Endpointer<T> extends AsyncDisposable {
  /** The values there are now. Never blocks, never throws. */
  readonly current: Endpoints<T>;
  /** As `Instancer.subscribe`: at once, then at each change; the latest state alone for the slow. */
  subscribe(listener: (endpoints: Endpoints<T>) => void | Promise<void>): () => void;
  /** The first endpoints that have an entry. Rejects when the context ends before, with the reason. */
  ready(ctx: Context): Promise<Endpoints<T>>;
  /**
   * Follows no more, lets the calls under way end, but no longer than `drainMs`, and closes every
   * value. Does not close the instancer, which others may use. A second time waits for the same.
   */
  close(): Promise<void>;
}
