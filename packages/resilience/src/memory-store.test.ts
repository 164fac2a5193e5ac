import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { memoryStore } from './memory-store.ts';

describe('memoryStore', () => {
  it('has what was set, with its age, until its time is over', async () => {
    const clock = fakeClock();
    const store = memoryStore<string>({ clock });
    store.set('a', 'one', 100);

    expect(store.get('a')).toEqual({ value: 'one', ageMs: 0 });
    await clock.advance(99);
    expect(store.get('a')).toEqual({ value: 'one', ageMs: 99 });
    await clock.advance(1);
    expect(store.get('a')).toBeUndefined();
    expect(store.size).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  it('keeps undefined, and what has no end', async () => {
    const clock = fakeClock();
    const store = memoryStore<undefined>({ clock });
    store.set('a', undefined, Infinity);
    await clock.advance(1e9);

    expect(store.get('a')).toEqual({ value: undefined, ageMs: 1e9 });
  });

  it('starts the time anew where a key is set again', async () => {
    const clock = fakeClock();
    const store = memoryStore<number>({ clock });
    store.set('a', 1, 100);
    await clock.advance(60);
    store.set('a', 2, 100);
    await clock.advance(60);

    expect(store.get('a')).toEqual({ value: 2, ageMs: 60 });
    expect(store.size).toBe(1);
  });

  it('drops what was used the longest ago: to be asked for is to be used', () => {
    const store = memoryStore<number>({ max: 2 });
    store.set('a', 1, 1000);
    store.set('b', 2, 1000);
    store.get('a');
    store.set('c', 3, 1000);

    expect([...'abc'].filter((key) => store.get(key))).toEqual(['a', 'c']);
    expect(store.size).toBe(2);
  });

  it('forgets a key, or all', () => {
    const store = memoryStore<number>();
    store.set('a', 1, 1000);
    store.set('b', 2, 1000);

    expect(store.delete('a')).toBe(true);
    expect(store.delete('a')).toBe(false);
    store.clear();
    expect(store.size).toBe(0);
  });

  it.each([0, 1.5, -1, Number.NaN])('refuses a size of %s', (max) => {
    expect(() => memoryStore({ max })).toThrow(RangeError);
  });
});
