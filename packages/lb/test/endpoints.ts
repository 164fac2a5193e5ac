import type { Endpoint } from '@fairlead/endpoint';
import { type FakeEndpointer, type FakeEntry, fakeEndpointer, fakeEntry } from '@fairlead/testing';

let made = 0;

/** An entry of a value, whose instance has this id and weight. */
export function entry<T>(value: T, id = `i${made++}`, weight = 1): FakeEntry<T> {
  return fakeEntry(value, { id, address: '10.0.0.1:80', weight });
}

/** An endpoint that answers with its own name. */
export function named(name: string): Endpoint<unknown, string> {
  return async () => name;
}

/** An endpointer that lists these to begin with. */
export function endpointer<T>(...entries: readonly FakeEntry<T>[]): FakeEndpointer<T> {
  return fakeEndpointer(entries);
}
