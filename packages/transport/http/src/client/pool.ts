import type { Pool } from 'undici';

/** A pool of connections that is made for the first call, and the library behind it loaded then. */
export interface LazyPool {
  /** The pool, made the first time. */
  open(): Promise<Pool>;
  /** Cuts every connection. Where no call has asked for a pool none is made. */
  destroy(): Promise<void>;
}

/**
 * A pool of undici's that costs nothing until it is used: to load undici takes longer than all else
 * at the start of a process, and one that only serves never does.
 */
export function lazyPool(origin: string, options: Pool.Options): LazyPool {
  let opening: Promise<Pool> | undefined;
  return {
    open() {
      opening ??= import('undici').then(({ Pool }) => new Pool(origin, options));
      return opening;
    },
    // A call that ended while the pool was made has not waited for it; of one that failed there is nothing left.
    destroy: async () => opening?.then((pool) => pool.destroy(), nothing),
  };
}

function nothing(): void {}
