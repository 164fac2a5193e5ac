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

/**
 * A copy of a sorted array with some items put in, in place of those with their key, and some taken
 * out. Costs the copying of pointers and the changes, each of them a binary search.
 */
export function withChanges<T>(
  sorted: readonly T[],
  changes: { readonly put: readonly T[]; readonly removed: readonly T[] },
  keyOf: (item: T) => string,
): readonly T[] {
  const { put, removed } = changes;
  // Beyond this many, moving the tail for each costs more than to sort everything once.
  if (put.length + removed.length > 16 + sorted.length / 16) return rebuilt(sorted, changes, keyOf);
  const items = sorted.slice();
  for (const item of removed) {
    const at = indexOf(items, keyOf(item), keyOf);
    const found = items[at];
    if (found !== undefined && keyOf(found) === keyOf(item)) items.splice(at, 1);
  }
  for (const item of put) {
    const at = indexOf(items, keyOf(item), keyOf);
    const found = items[at];
    const taken = found !== undefined && keyOf(found) === keyOf(item);
    items.splice(at, taken ? 1 : 0, item);
  }
  return items;
}

function rebuilt<T>(
  sorted: readonly T[],
  { put, removed }: { readonly put: readonly T[]; readonly removed: readonly T[] },
  keyOf: (item: T) => string,
): readonly T[] {
  const items = new Map(sorted.map((item) => [keyOf(item), item]));
  for (const item of removed) items.delete(keyOf(item));
  for (const item of put) items.set(keyOf(item), item);
  return [...items.values()].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
