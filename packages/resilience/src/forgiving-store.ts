import { abortable, type Context } from '@fairlead/endpoint';
import type { Cached, CacheStore } from './cache-store.ts';

/** What a lookup found: at once from a store in memory, later from one that must be asked. */
export type Lookup<Value> = Cached<Value> | undefined | Promise<Cached<Value> | undefined>;

/** A store that fails no call. */
export interface ForgivingStore<Value> {
  /** What the store has; undefined where it fails or takes too long. Rejects only when the context ends. */
  get(key: string, ctx: Context): Lookup<Value>;
  /** Returns at once, whether the store is done or not. */
  set(key: string, value: Value, keepMs: number): void;
}

/** Makes it of a store that may fail; `failed` gets what it fails with. */
export function forgivingStore<Value>(
  store: CacheStore<Value>,
  timeoutMs: number,
  failed: (error: unknown) => void,
): ForgivingStore<Value> {
  async function patiently(
    reading: PromiseLike<Cached<Value> | undefined>,
    ctx: Context,
  ): Promise<Cached<Value> | undefined> {
    using scoped = ctx.withTimeout(timeoutMs);
    try {
      return await abortable(Promise.resolve(reading), scoped);
    } catch (error) {
      ctx.throwIfAborted();
      failed(error);
      return undefined;
    }
  }

  return {
    get(key, ctx) {
      try {
        const found = store.get(key, ctx);
        return isPromiseLike(found) ? patiently(found, ctx) : found;
      } catch (error) {
        failed(error);
        return undefined;
      }
    },
    set(key, value, keepMs) {
      try {
        const writing = store.set(key, value, keepMs);
        if (isPromiseLike(writing)) writing.then(undefined, failed);
      } catch (error) {
        failed(error);
      }
    },
  };
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
