import { ServiceError } from '@fairlead/endpoint';
import { fromBase64 } from './keys.ts';
import { refusal } from './refusal.ts';

/** A key with its value, as texts. */
export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** What a range request has found. */
export interface Listing {
  /** The revision of the whole store at which this was so. */
  readonly revision: bigint;
  readonly entries: readonly Entry[];
}

/** One message of a watch. */
export interface WatchMessage {
  /** What each key that changed has come to: its value, or undefined where it was deleted. */
  readonly changes: ReadonlyMap<string, string | undefined>;
  /** Set where the server ends the watch: why. */
  readonly canceled: string | undefined;
  /** Whether it does so because what came before is compacted away. */
  readonly isCompacted: boolean;
}

/** Reads the answer of `kv/range`. The gateway leaves out what is empty, and writes int64 as text. */
export function readListing(answer: unknown): Listing {
  const { header, kvs } = fields(answer);
  return {
    revision: BigInt(String(fields(header)['revision'] ?? '')),
    entries: list(kvs).map(readEntry),
  };
}

/** Reads one message of `watch`, or throws the error that it is. */
export function readWatchMessage(message: unknown): WatchMessage {
  const { result, error } = fields(message);
  if (error !== undefined) throw refusal('etcd', 500, error);
  const { events, canceled, compact_revision, cancel_reason } = fields(result);
  const changes = new Map<string, string | undefined>();
  for (const event of list(events)) {
    const { type, kv } = fields(event);
    const { key, value } = readEntry(kv);
    changes.set(key, type === 'DELETE' ? undefined : value);
  }
  return {
    changes,
    canceled: canceled === true ? String(cancel_reason ?? 'no reason given') : undefined,
    isCompacted: canceled === true && compact_revision !== undefined,
  };
}

/** The member of an answer that is an object, such as `result`. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  // Sound: an object's members are looked at one by one.
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new ServiceError(
    'unavailable',
    'etcd sent what its gateway does not: check that nothing else listens at the endpoints',
  );
}

function readEntry(kv: unknown): Entry {
  const { key, value } = fields(kv);
  return { key: textOf(key), value: textOf(value) };
}

function textOf(encoded: unknown): string {
  return fromBase64(typeof encoded === 'string' ? encoded : undefined);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
