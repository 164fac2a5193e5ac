import type { Context } from '@fairlead/endpoint';

/** Where {@link cacheAside} keeps responses: in this process, or, over a client that you bring, elsewhere. */
export interface CacheStore<Value> {
  /**
   * The value of a key, or undefined where there is none or its time is over. It may answer at once or
   * with a promise. The context is that of the call that asks; it ends when nobody waits any more.
   */
  get(
    key: string,
    ctx: Context,
  ): Cached<Value> | undefined | PromiseLike<Cached<Value> | undefined>;
  /** Keeps a value for `keepMs` milliseconds, in place of the one that it has. May be `Infinity`. */
  set(key: string, value: Value, keepMs: number): unknown;
}

/** A value that a {@link CacheStore} had. */
export interface Cached<Value> {
  readonly value: Value;
  /** How long ago it was set, in milliseconds: of a store that knows how long it keeps, the rest of that. */
  readonly ageMs: number;
}
