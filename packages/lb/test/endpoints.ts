import { background, type Endpoint } from '@fairlead/endpoint';
import { type EndpointEntry, type Endpointer, type Endpoints, instance } from '@fairlead/sd';

/** An entry whose doubt, weight and life a test decides. */
export interface TestEntry<T> extends EndpointEntry<T> {
  instance: EndpointEntry<T>['instance'];
  doubtful: boolean;
  inFlight: number;
  closed: boolean;
}

/** An endpointer whose set a test changes by hand. */
export interface TestEndpointer<T> extends Endpointer<T> {
  readonly entries: readonly TestEntry<T>[];
  /** Lists these from now on. */
  list(...entries: readonly TestEntry<T>[]): void;
}

let made = 0;

export function entry<T>(
  value: T,
  id = `i${String(made++).padStart(4, '0')}`,
  weight = 1,
): TestEntry<T> {
  return {
    instance: instance({ id, address: '10.0.0.1:80', weight }),
    value,
    doubtful: false,
    inFlight: 0,
    closed: false,
    acquire() {
      if (!this.closed) this.inFlight++;
      return !this.closed;
    },
    release() {
      this.inFlight--;
    },
  };
}

export function endpointer<T>(...first: readonly TestEntry<T>[]): TestEndpointer<T> {
  let entries = first;
  let current: Endpoints<T> = { version: 1, entries, error: undefined };
  const listeners = new Set<(endpoints: Endpoints<T>) => void>();
  const own: TestEndpointer<T> = {
    get current() {
      return current;
    },
    get entries() {
      return entries;
    },
    list(...listed) {
      entries = listed;
      current = { version: current.version + 1, entries, error: undefined };
      for (const listener of [...listeners]) listener(current);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ready: (ctx = background) =>
      new Promise((resolve, reject) => {
        if (entries.length > 0) return resolve(current);
        const leave = own.subscribe((set) => {
          leave();
          unlink();
          resolve(set);
        });
        const unlink = ctx.onAbort((error) => {
          leave();
          reject(error);
        });
      }),
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return own;
}

/** An endpoint that answers with its own name. */
export function named(name: string): Endpoint<unknown, string> {
  return async () => name;
}
