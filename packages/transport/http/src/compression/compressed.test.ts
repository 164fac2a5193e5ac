import { brotliDecompressSync, createGunzip, gunzipSync } from 'node:zlib';
import { ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { type Answer, ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { hosts, serve } from '../../test/hosts.ts';
import { exchange } from '../../test/raw.ts';
import {
  type CompressionOptions,
  compressed,
  fetchHandler,
  type HttpReply,
  httpHandler,
  ndjsonReply,
  problemReply,
} from '../index.ts';

const long = 'all work and no play '.repeat(100);
const gzip = { 'accept-encoding': 'gzip' };

/** The answer to a client that takes gzip, of an encoder that makes this reply. */
async function answerOf(
  reply: Partial<HttpReply>,
  { method = 'GET', headers = gzip, ...options }: CompressionOptions & Question = {},
): Promise<Answer> {
  const encode = () => ({ status: 200, headers: {}, body: long, ...reply });
  const handler = httpHandler(async () => 0, {
    decode: () => undefined,
    encode: compressed(encode, options),
  });
  const { url } = await serve(handler);
  return ask(url, { method, headers });
}

interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('compressed on fetch', () => {
  const headers = { 'accept-encoding': 'gzip' };

  it('sends what asks for it in gzip, and sees the headers that hooks have set', async () => {
    const handler = fetchHandler(async () => long, {
      decode: () => undefined,
      encode: compressed(),
      after: [
        (_ctx, call) => {
          call.responseMetadata.set('vary', 'origin');
          call.responseMetadata.set('etag', '"1"');
        },
      ],
    });
    const response = await handler(new Request('http://a.test/', { headers }));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-encoding': 'gzip',
      vary: 'origin, accept-encoding',
      etag: 'W/"1"',
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(JSON.parse(gunzipSync(bytes).toString())).toBe(long);
  });

  it('keeps what a stream tells of its error', async () => {
    const failed = deferred<unknown>();
    async function* messages() {
      yield long;
      throw new ServiceError('aborted', 'no more');
    }
    const handler = fetchHandler(async () => messages(), {
      decode: () => undefined,
      encode: compressed(ndjsonReply()),
      onError: (error) => failed.resolve(error),
    });
    const response = await handler(new Request('http://a.test/', { headers }));
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(gunzipSync(bytes).toString()).toContain('no more');
    expect(await failed.promise).toMatchObject({ code: 'aborted' });
  });
});

describe.each(hosts)('compressed on $name', (host) => {
  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)('sends JSON in %s to who asks for it', async (coding, decompress) => {
    const handler = httpHandler(async () => ({ long }), {
      decode: () => undefined,
      encode: compressed(),
    });
    const { url } = await host.serve(handler);
    const answer = await ask(url, { headers: { 'accept-encoding': coding } });
    expect(answer.headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(answer.bytes.length),
      'content-type': 'application/json; charset=utf-8',
      vary: 'accept-encoding',
    });
    expect(JSON.parse(decompress(answer.bytes).toString())).toEqual({ long });
    expect(answer.bytes.length).toBeLessThan(200);
  });

  it('sends a stream in gzip, each chunk at once', async () => {
    const gate = deferred();
    async function* lines() {
      yield 'first\n';
      await gate.promise;
      yield 'second\n';
    }
    const encode = compressed(() => ({ status: 200, headers: {}, body: lines() }));
    const { url } = await host.serve(
      httpHandler(async () => 0, { decode: () => undefined, encode }),
    );
    // fetch decompresses.
    const reply = await fetch(url, { headers: gzip });
    expect(reply.headers.get('content-encoding')).toBe('gzip');
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('first\n');
    gate.resolve();
    expect((await reader?.read())?.value).toBe('second\n');
    expect((await reader?.read())?.done).toBe(true);
  });
});

describe('compressed', () => {
  it('sends it as it is to who does not ask, and says that it may differ', async () => {
    const answer = await answerOf({}, { headers: {} });
    expect(answer).toMatchObject({ text: long, headers: { vary: 'accept-encoding' } });
    expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  it.each<[string, Partial<HttpReply>]>([
    ['is short', { body: 'x'.repeat(1023) }],
    ['has no body', { status: 204, body: undefined }],
    ['is not modified', { status: 304, body: undefined, headers: { etag: '"7"' } }],
    ['is encoded already', { headers: { 'content-encoding': 'zstd' } }],
    ['is an image', { headers: { 'content-type': 'image/png' } }],
    ['is an archive', { headers: { 'content-type': 'application/zip' } }],
    ['is not to be transformed', { headers: { 'cache-control': 'private, No-Transform' } }],
    ['is a part', { status: 206, headers: { 'content-range': 'bytes 0-9/100', etag: '"7"' } }],
  ])('leaves alone what %s', async (_, reply) => {
    const answer = await answerOf(reply);
    expect(answer.status).toBe(reply.status ?? 200);
    expect(answer.headers).toMatchObject({ ...reply.headers });
    expect(answer.headers).not.toHaveProperty('vary');
    if (reply.headers?.['content-encoding'] === undefined)
      expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  it('compresses from minBytes on, and an SVG too', async () => {
    const text = { headers: { 'content-type': 'image/svg+xml' }, body: 'x'.repeat(100) };
    const answer = await answerOf(text, { minBytes: 100 });
    expect(answer.headers['content-encoding']).toBe('gzip');
  });

  it('sends it as it is where it does not get shorter', async () => {
    const answer = await answerOf({ body: '{"a":"q8"}' }, { minBytes: 0 });
    expect(answer).toMatchObject({ text: '{"a":"q8"}', headers: { vary: 'accept-encoding' } });
  });

  it('does not compress for HEAD', async () => {
    const answer = await answerOf({}, { method: 'HEAD' });
    expect(answer.headers).toMatchObject({ 'content-length': String(long.length) });
    expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  it.each([
    ['Origin', 'Origin, accept-encoding'],
    ['*', '*'],
    ['Origin, Accept-Encoding', 'Origin, Accept-Encoding'],
  ])('keeps Vary: %s', async (vary, expected) => {
    expect((await answerOf({ headers: { vary } })).headers['vary']).toBe(expected);
  });

  it('makes a strong ETag weak and drops what names the bytes, whoever set it', async () => {
    const headers = { etag: '"7"', 'content-digest': 'sha-256=:x:', 'x-a': 'b' };
    const answer = await answerOf({ headers });
    expect(answer.headers).toMatchObject({ etag: 'W/"7"', 'x-a': 'b' });
    expect(answer.headers).not.toHaveProperty('content-digest');
    expect((await answerOf({ headers: { etag: 'W/"7"' } })).headers['etag']).toBe('W/"7"');
  });

  it('sees what a hook has set', async () => {
    const { url } = await serve(
      httpHandler(async () => long, {
        decode: () => undefined,
        encode: compressed(),
        after: [
          (_ctx, call) => {
            call.responseMetadata.set('etag', '"7"');
            call.responseMetadata.set('vary', 'origin');
          },
        ],
      }),
    );
    const { headers } = await ask(url, { headers: gzip });
    expect(headers).toMatchObject({ etag: 'W/"7"', vary: 'origin, accept-encoding' });
  });

  it('compresses problems where it is told to', async () => {
    const handler = httpHandler(
      async () => {
        throw new ServiceError('not_found', long);
      },
      { decode: () => undefined, encodeError: compressed(problemReply) },
    );
    const { url } = await serve(handler);
    const answer = await ask(url, { headers: gzip });
    expect(answer.status).toBe(404);
    expect(JSON.parse(gunzipSync(answer.bytes).toString())).toMatchObject({ detail: long });
  });

  it('takes the coding that the client prefers, and among equals the first that is offered', async () => {
    const both = { 'accept-encoding': 'gzip, br' };
    expect((await answerOf({}, { headers: both })).headers['content-encoding']).toBe('br');
    const codings = ['gzip', 'br'] as const;
    const answer = await answerOf({}, { headers: both, codings });
    expect(answer.headers['content-encoding']).toBe('gzip');
    const weighed = { 'accept-encoding': 'gzip;q=0.5, br;q=1' };
    expect((await answerOf({}, { headers: weighed, codings })).headers['content-encoding']).toBe(
      'br',
    );
  });

  it('waits for an encoder that takes its time', async () => {
    const encode = compressed(async () => ({ status: 200, headers: {}, body: long }));
    const { port } = await serve(httpHandler(async () => 0, { decode: () => undefined, encode }));
    const answer = await exchange(
      port,
      'GET / HTTP/1.1\r\nhost: a\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n',
    );
    expect(answer).toContain('content-encoding: gzip');
  });

  it('closes the stream when the client leaves', async () => {
    const closed = deferred();
    const body = {
      [Symbol.asyncIterator]() {
        let count = 0;
        return {
          next: () =>
            count++ === 0
              ? Promise.resolve({ done: false as const, value: 'first' })
              : new Promise<never>(() => {}),
          return: async () => {
            closed.resolve();
            return { done: true as const, value: undefined };
          },
        };
      },
    };
    const encode = compressed(() => ({ status: 200, headers: {}, body }));
    const { url } = await serve(httpHandler(async () => 0, { decode: () => undefined, encode }));
    const abort = new AbortController();
    const reply = await fetch(url, { headers: gzip, signal: abort.signal });
    const read = reply.text().catch((error: Error) => error.name);
    abort.abort();
    await closed.promise;
    expect(await read).toBe('AbortError');
  });

  it('refuses options that make no sense', () => {
    // @ts-expect-error not one of the codings
    expect(() => compressed(undefined, { codings: ['zstd'] })).toThrow('codings must be');
    expect(() => compressed(undefined, { codings: [] })).toThrow('codings must be');
    expect(() => compressed(undefined, { minBytes: -1 })).toThrow('minBytes');
  });

  it('is read by a decompressor that knows nothing of flushes', async () => {
    const chunks = ['a', 'b', 'c'];
    async function* stream() {
      yield* chunks;
    }
    const answer = await answerOf({ body: stream() });
    const gunzip = createGunzip();
    gunzip.end(answer.bytes);
    expect(await gunzip.toArray()).toEqual([Buffer.from('abc')]);
  });
});
