/** What is called with a state. */
export type Listener<S> = (state: S) => void | Promise<void>;

/** Those who follow a state; each is called by itself, and holds up no other. */
export interface Subscribers<S> {
  /** Calls the listener at once where something was announced before. Returns what takes it back. */
  add(listener: Listener<S>): () => void;
  /** Calls everybody with the state: those who are at work when they are done, with the latest alone. */
  announce(): void;
  /** Calls nobody any more. */
  clear(): void;
}

interface Subscriber<S> {
  readonly listener: Listener<S>;
  /** The announcement that it has been called for. */
  seen: number;
  busy: boolean;
}

/** Makes the subscribers of what `current` returns; `failed` gets what they throw. */
export function subscribers<S>(
  current: () => S,
  failed: (thrown: unknown) => void,
): Subscribers<S> {
  const all = new Set<Subscriber<S>>();
  let announcements = 0;

  function deliver(subscriber: Subscriber<S>): void {
    // One that changes the state while it is called is called again when it returns, not within.
    while (!subscriber.busy && subscriber.seen < announcements && all.has(subscriber)) {
      subscriber.seen = announcements;
      subscriber.busy = true;
      const working = call(subscriber.listener);
      if (working === undefined) subscriber.busy = false;
      else void working.catch(failed).then(() => done(subscriber));
    }
  }

  function done(subscriber: Subscriber<S>): void {
    subscriber.busy = false;
    deliver(subscriber);
  }

  function call(listener: Listener<S>): Promise<void> | undefined {
    try {
      const outcome = listener(current());
      return outcome === undefined ? undefined : Promise.resolve(outcome);
    } catch (thrown) {
      failed(thrown);
      return undefined;
    }
  }

  return {
    add(listener) {
      const subscriber = { listener, seen: 0, busy: false };
      all.add(subscriber);
      deliver(subscriber);
      return () => void all.delete(subscriber);
    },
    announce() {
      announcements++;
      for (const subscriber of all) deliver(subscriber);
    },
    clear: () => all.clear(),
  };
}
