import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { SortedList } from './sorted-list.ts';

const key = fc.integer({ min: 0, max: 30 }).map((n) => `k${n}`);
const changes = fc.record({
  put: fc.uniqueArray(fc.record({ key, value: fc.nat() }), { selector: (item) => item.key }),
  removed: fc.array(key, { maxLength: 3 }),
  isRead: fc.boolean(),
});

interface Item {
  readonly key: string;
  readonly value: number;
}

function change(
  model: Map<string, number>,
  put: readonly Item[],
  removed: readonly string[],
): void {
  for (const key of removed) model.delete(key);
  for (const { key, value } of put) model.set(key, value);
}

/** What a list should be, as a text. */
function expected(model: ReadonlyMap<string, number>): string {
  return JSON.stringify([...model].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function actual(list: SortedList<Item>): string {
  return JSON.stringify(list.items.map(({ key, value }) => [key, value]));
}

describe('SortedList', () => {
  it('is what a map sorted by its keys would be, whoever looked at it when', () => {
    const property = fc.property(fc.array(changes, { maxLength: 150 }), (history) => {
      const model = new Map<string, number>();
      let list = new SortedList<Item>(({ key }) => key, []);
      const versions: (readonly [SortedList<Item>, string])[] = [];
      for (const { put, removed, isRead } of history) {
        change(model, put, removed);
        list = list.with({ put, removed });
        if (isRead) assert.equal(list.items, list.items);
        versions.push([list, expected(model)]);
      }
      for (const [version, text] of versions) assert.equal(actual(version), text);
    });
    fc.assert(property, { seed: 1 });
  });
});
