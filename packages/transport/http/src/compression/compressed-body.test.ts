import { brotliDecompressSync, createGunzip, gunzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../test/deferred.ts';
import { compressedBody } from './compressed-body.ts';

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* listed(...chunks: (string | Uint8Array)[]) {
  yield* chunks;
}

describe('compressedBody', () => {
  const large = 'some text and '.repeat(100_000);

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['deflate', inflateSync],
  ] as const)('makes one body in %s of all chunks', async (coding, decompress) => {
    const body = compressedBody(listed('a', '', Buffer.from('b'), large), coding);
    expect(decompress(await collect(body)).toString()).toBe(`ab${large}`);
    expect(decompress(await collect(compressedBody(listed(), coding))).length).toBe(0);
  });

  it('sends each chunk before the next one is there', async () => {
    const gate = deferred();
    async function* slow() {
      yield 'first';
      await gate.promise;
      yield 'second';
    }
    const chunks = compressedBody(slow(), 'gzip')[Symbol.asyncIterator]();
    const gunzip = createGunzip();
    const read = new Promise((resolve) => gunzip.once('data', resolve));
    const first = await chunks.next();
    gunzip.write(first.value);
    expect(String(await read)).toBe('first');
    gunzip.destroy();
    gate.resolve();
    expect((await chunks.next()).done).toBe(false);
    await chunks.return?.();
  });

  it('fails as its source does', async () => {
    async function* broken() {
      yield 'first';
      throw new RangeError('broken');
    }
    await expect(collect(compressedBody(broken(), 'gzip'))).rejects.toThrow('broken');
  });

  it('closes its source at once when it is closed, also while it waits for it', async () => {
    let closed = 0;
    const waiting = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          closed++;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const chunks = compressedBody(waiting, 'br')[Symbol.asyncIterator]();
    void chunks.next();
    await chunks.return?.();
    expect(closed).toBe(1);
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
  });
});
