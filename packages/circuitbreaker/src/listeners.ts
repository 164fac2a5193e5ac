/** Those who want to be told of something. */
export interface Listeners<T> {
  /** Tells this one as well; returns what takes that back. */
  add(listener: (event: T) => void): () => void;
  /** Tells all. What one throws is an uncaught exception of the process: no call fails for it. */
  notify(event: T): void;
}

export function listeners<T>(): Listeners<T> {
  const all = new Set<{ readonly tell: (event: T) => void }>();
  return {
    add(tell) {
      const listener = { tell };
      all.add(listener);
      return () => all.delete(listener);
    },
    notify(event) {
      for (const { tell } of [...all]) {
        try {
          tell(event);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
