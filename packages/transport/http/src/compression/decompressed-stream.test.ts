import { brotliCompressSync, gzipSync } from 'node:zlib';
import { ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../test/deferred.ts';
import { compressedBody } from './compressed-body.ts';
import { decompressedStream } from './decompressed-stream.ts';

const corrupt = (cause: Error) => new ServiceError('invalid_argument', 'corrupt', { cause });

async function* listed(...chunks: Uint8Array[]) {
  yield* chunks;
}

function open(source: AsyncIterator<Uint8Array>, coding: 'gzip' | 'br' = 'gzip') {
  return decompressedStream(source, coding, corrupt);
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('decompressedStream', () => {
  const large = 'some text and '.repeat(100_000);

  it('unfolds a body, however it was cut', async () => {
    const bytes = gzipSync(large);
    for (const size of [1, 7, 1000, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(await collect(open(listed(...chunks)))).toBe(large);
    }
    expect(await collect(open(listed(brotliCompressSync(large)), 'br'))).toBe(large);
  });

  it('hands a message out that was flushed, while the next has not come', async () => {
    const gate = deferred();
    async function* slow() {
      yield 'first';
      await gate.promise;
      yield 'second';
    }
    const stream = open(compressedBody(slow(), 'gzip')[Symbol.asyncIterator]());
    expect(String((await stream.next()).value)).toBe('first');
    gate.resolve();
    expect(await collect(stream)).toBe('second');
  });

  it('unfolds no more than is read', async () => {
    let asked = 0;
    const bomb = gzipSync(Buffer.alloc(64 << 20));
    const stream = open({
      next: async () => {
        asked++;
        return { done: false, value: bomb };
      },
    });
    let size = 0;
    while (size < 1 << 20) size += (await stream.next()).value?.length ?? 0;
    expect(size).toBeLessThan(2 << 20);
    await stream.return?.();
    expect(asked).toBeLessThanOrEqual(2);
  });

  it.each([
    ['other bytes', Buffer.from('hello')],
    ['a part', gzipSync(large).subarray(0, 100)],
  ])('fails of %s with the error that it is told', async (_, bytes) => {
    await expect(collect(open(listed(bytes)))).rejects.toMatchObject({ message: 'corrupt' });
  });

  it('fails as its source does', async () => {
    async function* broken() {
      yield gzipSync('first').subarray(0, 15);
      throw new ServiceError('canceled', 'gone');
    }
    await expect(collect(open(broken()))).rejects.toMatchObject({ code: 'canceled' });
  });

  it('closes its source when it is closed, also while it waits, and then is at its end', async () => {
    let closed = 0;
    const source: AsyncIterator<Uint8Array> = {
      next: () => new Promise<never>(() => {}),
      return: async () => {
        closed++;
        return { done: true, value: undefined };
      },
    };
    const stream = open(source);
    const waiting = stream.next();
    await stream.return?.();
    expect(closed).toBe(1);
    expect(await waiting).toMatchObject({ done: true });
    expect(await stream.next()).toMatchObject({ done: true });
    const unread = open(source);
    await unread.return?.();
    expect(closed).toBe(2);
  });
});
