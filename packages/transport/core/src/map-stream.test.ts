import { describe, expect, it } from 'vitest';
import { mapStream } from './map-stream.ts';

async function* three(log: string[] = []) {
  try {
    for (const n of [1, 2, 3]) yield n;
  } finally {
    log.push('closed');
  }
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('mapStream', () => {
  it('maps each message, at once or later', async () => {
    expect(await collect(mapStream(three(), (n) => n * 2))).toEqual([2, 4, 6]);
    expect(await collect(mapStream(three(), async (n) => n * 2))).toEqual([2, 4, 6]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('odd');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('odd');
      },
    ],
  ])('closes the source where the map %s', async (_how, map) => {
    const log: string[] = [];
    await expect(collect(mapStream(three(log), map))).rejects.toThrow('odd');
    expect(log).toEqual(['closed']);
  });

  it('closes the source when its reader turns away, or throws into it', async () => {
    const log: string[] = [];
    for await (const _ of mapStream(three(log), (n) => n)) break;
    expect(log).toEqual(['closed']);
    const iterator = mapStream(three(log), (n) => n)[Symbol.asyncIterator]();
    await iterator.next();
    const enough = new Error('enough');
    await expect(iterator.throw?.(enough)).rejects.toBe(enough);
    expect(log).toEqual(['closed', 'closed']);
  });

  it('does without return() and throw() of a source that has none', async () => {
    const bare = {
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }) }),
    };
    const iterator = mapStream(bare, (n) => n)[Symbol.asyncIterator]();
    expect(await iterator.return?.('x')).toEqual({ done: true, value: 'x' });
    await expect(iterator.throw?.(new Error('enough'))).rejects.toThrow('enough');
  });
});
