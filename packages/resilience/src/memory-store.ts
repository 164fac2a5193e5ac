import { type Clock, checkNumber, systemClock } from '@fairlead/endpoint';
import type { Cached, CacheStore } from './cache-store.ts';

/** How much a {@link memoryStore} keeps. */
export interface MemoryStoreOptions {
  /** How many values at most; the one that was not asked for the longest makes way. Default 1000. */
  readonly max?: number | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** A {@link CacheStore} that answers at once. */
export interface MemoryStore<Value> extends CacheStore<Value> {
  /** How many values it holds, those included whose time is over and that nobody has asked for since. */
  readonly size: number;
  get(key: string): Cached<Value> | undefined;
  set(key: string, value: Value, keepMs: number): void;
  /** Forgets a key: its value has changed. Returns whether there was one. */
  delete(key: string): boolean;
  /** Forgets all. */
  clear(): void;
}

interface Entry<Value> {
  readonly value: Value;
  readonly setAt: number;
  readonly keepMs: number;
}

/**
 * Keeps values in the memory of the process, the least recently used making way. It has no timers:
 * a value whose time is over goes when somebody asks for it, or makes way like any other.
 */
export function memoryStore<Value>(options: MemoryStoreOptions = {}): MemoryStore<Value> {
  const { clock = systemClock } = options;
  const max = checkNumber('max', options.max ?? 1000, { min: 1, integer: true });
  // In the order of use: a map lists its keys as they were set.
  const entries = new Map<string, Entry<Value>>();

  return {
    get size() {
      return entries.size;
    },
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      const ageMs = clock.now() - entry.setAt;
      if (ageMs >= entry.keepMs) return undefined;
      entries.set(key, entry);
      return { value: entry.value, ageMs };
    },
    set(key, value, keepMs) {
      entries.delete(key);
      entries.set(key, { value, setAt: clock.now(), keepMs });
      if (entries.size <= max) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
    delete: (key) => entries.delete(key),
    clear: () => entries.clear(),
  };
}
