import { describe, expect, it } from 'vitest';
import { collectGarbage, liveHeapBytes } from './live-heap.ts';

describe('collectGarbage', () => {
  it('takes what nobody uses, and leaves what somebody does', async () => {
    const used = {};
    const kept = new WeakRef(used);
    const dropped = new WeakRef({});
    // A WeakRef keeps what it was made of for the turn in which it was made.
    await new Promise(setImmediate);
    collectGarbage();

    expect([kept.deref(), dropped.deref()]).toEqual([used, undefined]);
  });
});

describe('liveHeapBytes', () => {
  it('counts what is kept, and not what was dropped', () => {
    const before = liveHeapBytes();
    const kept: number[][] = Array.from({ length: 1000 }, () => new Array(1000).fill(0.5));
    const grown = liveHeapBytes() - before;
    kept.length = 0;
    const left = liveHeapBytes() - before;

    expect(grown).toBeGreaterThan(7_900_000);
    expect(left).toBeLessThan(500_000);
  });
});
