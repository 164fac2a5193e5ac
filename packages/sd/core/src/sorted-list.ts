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

/** How many changes may wait for somebody to look: beyond it the array is made at once. */
const maxWaiting = 64;

/**
 * A sorted array that never changes, and is made when it is first looked at. To change one item of ten
 * thousand costs nothing then but for those who read all of them, and for them a copy of pointers.
 */
export class SortedList<T> {
  private readonly keyOf: (item: T) => string;
  private array: readonly T[] | undefined;
  private before: SortedList<T> | undefined = undefined;
  private changes: SortedChanges<T> | undefined = undefined;
  private waiting = 0;

  constructor(keyOf: (item: T) => string, sorted?: readonly T[]) {
    this.keyOf = keyOf;
    this.array = sorted;
  }

  /** The array; the same one each time. */
  get items(): readonly T[] {
    this.array ??= this.make();
    return this.array;
  }

  /** This list with some changes; itself stays as it is. */
  with(changes: SortedChanges<T>): SortedList<T> {
    const next = new SortedList(this.keyOf);
    next.before = this;
    next.changes = changes;
    next.waiting = this.array === undefined ? this.waiting + 1 : 1;
    if (next.waiting >= maxWaiting) next.array = next.make();
    return next;
  }

  private make(): readonly T[] {
    const path: SortedChanges<T>[] = [];
    let from: SortedList<T> = this;
    while (from.array === undefined && from.before !== undefined) {
      if (from.changes !== undefined) path.push(from.changes);
      from = from.before;
    }
    this.before = undefined;
    this.changes = undefined;
    return withChanges(from.array ?? [], combined(path.reverse(), this.keyOf), this.keyOf);
  }
}

/** Changes one after the other as one. */
function combined<T>(
  path: readonly SortedChanges<T>[],
  keyOf: (item: T) => string,
): SortedChanges<T> {
  const [only] = path;
  if (only !== undefined && path.length === 1) return only;
  const last = new Map<string, T | undefined>();
  for (const { put, removed } of path) {
    for (const key of removed) last.set(key, undefined);
    for (const item of put) last.set(keyOf(item), item);
  }
  const put: T[] = [];
  const removed: string[] = [];
  for (const [key, item] of last) {
    if (item === undefined) removed.push(key);
    else put.push(item);
  }
  return { put, removed };
}

/** A copy of a sorted array with some changes. */
function withChanges<T>(
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
