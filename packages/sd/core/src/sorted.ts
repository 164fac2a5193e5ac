/** Where a key is in a sorted array, or where it would be. */
function indexOf<T>(sorted: readonly T[], key: string, keyOf: (item: T) => string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    // Sound: low <= middle < high <= length.
    if (keyOf(sorted[middle] as T) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is different in a sorted array: items put in, in place of those with their key, and keys taken out. */
export interface SortedChanges<T> {
  readonly put: readonly T[];
  readonly removed: readonly string[];
}

/**
 * A copy of a sorted array with some changes. Costs the copying of pointers, and for each change a
 * binary search.
 */
export function withChanges<T>(
  sorted: readonly T[],
  changes: SortedChanges<T>,
  keyOf: (item: T) => string,
): readonly T[] {
  const { put, removed } = changes;
  // Beyond this many, moving the tail for each costs more than to sort everything once.
  if (put.length + removed.length > 16 + sorted.length / 16) return rebuilt(sorted, changes, keyOf);
  const items = sorted.slice();
  for (const key of removed) {
    const at = indexOf(items, key, keyOf);
    if (isAt(items, at, key, keyOf)) items.splice(at, 1);
  }
  for (const item of put) {
    const key = keyOf(item);
    const at = indexOf(items, key, keyOf);
    if (isAt(items, at, key, keyOf)) items[at] = item;
    else items.splice(at, 0, item);
  }
  return items;
}

function isAt<T>(
  sorted: readonly T[],
  at: number,
  key: string,
  keyOf: (item: T) => string,
): boolean {
  const item = sorted[at];
  return item !== undefined && keyOf(item) === key;
}

function rebuilt<T>(
  sorted: readonly T[],
  { put, removed }: SortedChanges<T>,
  keyOf: (item: T) => string,
): readonly T[] {
  const items = new Map(sorted.map((item) => [keyOf(item), item]));
  for (const key of removed) items.delete(key);
  for (const item of put) items.set(keyOf(item), item);
  return [...items.values()].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
