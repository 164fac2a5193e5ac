import type { Instance, InstanceInit } from '../instance.ts';

/** What a file of the directory registry holds, as JSON. */
export interface EntryFile {
  /** Who wrote it: only that one deregisters it. */
  readonly owner: string;
  /** How long it counts after it was last touched. */
  readonly ttlMs: number;
  readonly instance: InstanceInit;
}

export const suffix = '.json';
export const minTtlMs = 1000;
export const maxTtlMs = 3_600_000;
/** More than the largest valid instance takes. */
export const maxFileBytes = 1_048_576;

const maxNameLength = 180;

/** A name for a file or folder that is any text: readable where that is short, else its hash. */
export function fileName(text: string): string {
  const encoded = encodeURIComponent(text);
  if (encoded !== '' && encoded.length <= maxNameLength) return encoded;
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text).digest('hex');
}

export function writeEntry(owner: string, instance: Instance, ttlMs: number): string {
  return JSON.stringify({ owner, ttlMs, instance } satisfies EntryFile);
}

/** Reads what somebody wrote. What is no entry becomes one whose instance is not valid, to be reported. */
export function readEntry(text: string): EntryFile {
  try {
    const { owner, ttlMs, instance } = JSON.parse(text);
    if (typeof ttlMs === 'number' && typeof owner === 'string' && instance !== undefined) {
      return { owner, instance, ttlMs: Math.min(Math.max(ttlMs, minTtlMs), maxTtlMs) };
    }
  } catch {
    // Not JSON, or no object: below.
  }
  return { owner: '', ttlMs: maxTtlMs, instance: `not an entry: ${text.slice(0, 50)}` };
}
