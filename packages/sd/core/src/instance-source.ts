import type { Context } from '@fairlead/endpoint';
import type { InstanceInit } from './instance.ts';

/**
 * A registry, as far as {@link createInstancer} needs it: all that a binding has to say. Retries,
 * jitter, validation, guards and subscribers are the same for all and are not its business.
 */
export interface InstanceSource {
  /** The service and where it is looked up, for messages: `addsvc in Consul at 10.0.0.2:8500`. */
  readonly name: string;
  /**
   * Follows the registry until `ctx` ends, and then settles soon, either way, with nothing left.
   * Reports the whole set first, and again whenever it may have changed.
   *
   * Rejects when the registry cannot be read, and need not retry: it is called again after a
   * jittered backoff that begins anew with each good answer. An error's `retryAfterMs` is kept to.
   * One watch at a time; each starts from nothing, so that no state of a broken one lives on.
   */
  watch(found: Found, ctx: Context): Promise<void>;
}

/**
 * How a source reports what the registry lists. Never throws. Reports that come after the end of
 * their watch are ignored.
 */
export interface Found {
  /**
   * The whole set. What is no valid instance is left out and reported; a set that is the same as
   * before only says that the registry is alive.
   */
  (instances: readonly InstanceInit[]): void;
  /**
   * A part of the set, for registries that tell what changed; after the whole set was reported in
   * the same watch. `put` are new or changed instances, `removed` the ids of those that are gone.
   */
  changed(put: readonly InstanceInit[], removed: readonly string[]): void;
}
