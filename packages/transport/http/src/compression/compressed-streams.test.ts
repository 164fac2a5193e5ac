import { gzipSync } from 'node:zlib';
import { background, type ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { serve } from '../../test/hosts.ts';
import { clientOf } from '../../test/mirror.ts';
import {
  compressed,
  eventStreamBody,
  httpHandler,
  ndjsonBody,
  ndjsonRequest,
  streamReply,
} from '../index.ts';

async function* doubled(numbers: AsyncIterable<number>) {
  for await (const number of numbers) yield number * 2;
}

const doubling = httpHandler(async (numbers: AsyncIterable<number>) => doubled(numbers), {
  decode: ndjsonBody<number>(),
  encode: compressed(streamReply()),
});

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('streams that are compressed', () => {
  it.each([
    ['lines', ndjsonBody<number>()],
    ['events', eventStreamBody<number>()],
  ])('go both ways at once, as %s', async (_, decode) => {
    const { client } = await clientOf(doubling);
    const seen: unknown[] = [];
    const call = client.endpoint<AsyncIterable<number>, AsyncIterable<number>>({
      path: '/',
      encode: ndjsonRequest,
      decode,
      acceptCompressed: true,
      compressBody: 'gzip',
      before: [(_ctx, { headers }) => void seen.push(headers['content-encoding'])],
      after: [(_ctx, { responseMetadata }) => void seen.push(responseMetadata.get('vary'))],
    });
    const gate = deferred();
    async function* numbers() {
      yield 1;
      await gate.promise;
      yield 2;
    }
    const replies = (await call(numbers(), background))[Symbol.asyncIterator]();
    expect(await replies.next()).toEqual({ done: false, value: 2 });
    gate.resolve();
    expect(await replies.next()).toEqual({ done: false, value: 4 });
    expect(await replies.next()).toMatchObject({ done: true });
    expect(seen).toEqual(['gzip', 'accept, accept-encoding']);
  });

  it('tell their errors, and close their source when the reader turns away', async () => {
    const closed = deferred();
    async function* endless() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed.resolve();
      }
    }
    const { client } = await clientOf(
      httpHandler(async () => endless(), { decode: () => undefined, encode: compressed() }),
    );
    const call = client.endpoint<unknown, AsyncIterable<number>>({
      path: '/',
      decode: ndjsonBody<number>(),
      acceptCompressed: true,
    });
    for await (const number of await call({}, background)) if (number === 10) break;
    await closed.promise;
  });

  it.each([
    ['too long a message', gzipSync('1'.repeat(2000)), 413],
    ['what is no gzip', Buffer.from('1\n2\n'), 400],
    ['what is cut off', gzipSync('1\n2\n').subarray(0, 20), 400],
  ])('are refused for %s', async (_, body, status) => {
    const handler = httpHandler(async (numbers: AsyncIterable<number>) => all(numbers), {
      decode: ndjsonBody<number>(),
      maxBodyBytes: 1000,
    });
    const { url } = await serve(handler);
    expect((await ask(url, { headers: { 'content-encoding': 'gzip' }, body })).status).toBe(status);
  });

  it('are refused in a coding that nobody knows', async () => {
    const errors: unknown[] = [];
    const handler = httpHandler(async (numbers: AsyncIterable<number>) => all(numbers), {
      decode: ndjsonBody<number>(),
      onError: (error) => errors.push(error),
    });
    const { url } = await serve(handler);
    const answer = await ask(url, { headers: { 'content-encoding': 'zstd' }, body: '1\n' });
    expect(answer.status).toBe(415);
    const { client } = await clientOf((_request, response) => {
      response.writeHead(200, {
        'content-encoding': 'zstd',
        'content-type': 'application/x-ndjson',
      });
      response.end('1\n');
    });
    const call = client.endpoint<unknown, AsyncIterable<number>>({
      path: '/',
      decode: ndjsonBody<number>(),
      acceptCompressed: true,
    });
    const failed = await call({}, background).then(all, (error: ServiceError) => error.code);
    expect(failed).toBe('internal');
  });
});
