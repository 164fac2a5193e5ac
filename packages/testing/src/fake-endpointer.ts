import type { Context, ServiceError } from '@fairlead/endpoint';
import {
  type EndpointEntry,
  type Endpointer,
  type Endpoints,
  type InstanceInit,
  instance,
} from '@fairlead/sd';

/** An entry whose doubt, weight and life a test decides. */
export interface FakeEntry<T> extends EndpointEntry<T> {
  instance: EndpointEntry<T>['instance'];
  doubtful: boolean;
  /** Whether it refuses to be acquired, as an entry does once it is closed. */
  closed: boolean;
}

/** Makes an entry of a value, for an instance. */
export function fakeEntry<T>(value: T, init: InstanceInit): FakeEntry<T> {
  let inFlight = 0;
  return {
    instance: instance(init),
    value,
    doubtful: false,
    closed: false,
    get inFlight() {
      return inFlight;
    },
    acquire() {
      if (!this.closed) inFlight++;
      return !this.closed;
    },
    release() {
      inFlight--;
    },
  };
}

/** An {@link Endpointer} whose entries a test lists by hand. */
export interface FakeEndpointer<T> extends Endpointer<T> {
  /** Lists these from now on, and tells those who subscribed, at once. */
  list(entries: readonly FakeEntry<T>[]): void;
}

/** Makes an endpointer that lists what a test says. */
export function fakeEndpointer<T>(first: readonly FakeEntry<T>[] = []): FakeEndpointer<T> {
  let current: Endpoints<T> = { version: 1, entries: first, error: undefined };
  const listeners = new Set<(endpoints: Endpoints<T>) => void | Promise<void>>();

  function subscribe(listener: (endpoints: Endpoints<T>) => void | Promise<void>): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  function ready(ctx: Context): Promise<Endpoints<T>> {
    if (current.entries.length > 0) return Promise.resolve(current);
    return new Promise((resolve, reject) => {
      const leave = subscribe((endpoints) => {
        if (endpoints.entries.length === 0) return;
        leave();
        unlink();
        resolve(endpoints);
      });
      const unlink = ctx.onAbort((error: ServiceError) => {
        leave();
        reject(error);
      });
    });
  }

  return {
    get current() {
      return current;
    },
    list(entries) {
      current = { version: current.version + 1, entries, error: undefined };
      for (const listener of [...listeners]) void listener(current);
    },
    subscribe,
    ready,
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
