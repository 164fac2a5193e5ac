import { brotliCompressSync, gzipSync } from 'node:zlib';
import { background, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { clientOf, type Mirrored, mirror } from '../../test/mirror.ts';
import {
  compressed,
  type HttpClientOptions,
  httpHandler,
  jsonBody,
  problemReply,
} from '../index.ts';

const long = 'all work and no play '.repeat(1000);

/** A call to a server that answers with these bytes under this coding. */
async function replyOf(coding: string, bytes: Uint8Array, options?: HttpClientOptions) {
  const { client } = await clientOf((_request, response) => {
    response.writeHead(200, { 'content-encoding': coding }).end(bytes);
  }, options);
  return client.endpoint({ path: '/', acceptCompressed: true })({}, background);
}

describe('a client that takes compressed replies', () => {
  it('asks for them only where it was told to', async () => {
    const { client } = await clientOf(mirror);
    const plain = client.endpoint<object, Mirrored>({ path: '/' });
    expect((await plain({}, background)).headers).not.toHaveProperty('accept-encoding');
    const asking = client.endpoint<object, Mirrored>({ path: '/', acceptCompressed: true });
    expect((await asking({}, background)).headers['accept-encoding']).toBe('br, gzip, deflate');
    const choosing = client.endpoint<object, Mirrored>({
      path: '/',
      acceptCompressed: true,
      headers: { 'accept-encoding': 'gzip' },
    });
    expect((await choosing({}, background)).headers['accept-encoding']).toBe('gzip');
  });

  it.each(['br', 'gzip', 'deflate'] as const)(
    'is understood by our server in %s',
    async (coding) => {
      const handler = httpHandler(async (text: string) => text, {
        decode: jsonBody<string>(),
        encode: compressed(undefined, { codings: [coding] }),
      });
      const { client } = await clientOf(handler);
      const seen: unknown[] = [];
      const call = client.endpoint<string, string>({
        path: '/',
        acceptCompressed: true,
        compressBody: coding,
        after: [(_ctx, { responseMetadata }) => void seen.push(responseMetadata.get('vary'))],
      });
      expect(await call(long, background)).toBe(long);
      expect(seen).toEqual(['accept-encoding']);
    },
  );

  it('reads errors too', async () => {
    const { client } = await clientOf((_request, response) => {
      const body = gzipSync(String(problemReply(new ServiceError('not_found', long)).body));
      const headers = { 'content-type': 'application/problem+json', 'content-encoding': 'gzip' };
      response.writeHead(404, headers).end(body);
    });
    await expect(
      client.endpoint({ path: '/', acceptCompressed: true })({}, background),
    ).rejects.toMatchObject({ code: 'not_found', message: long });
  });

  it('takes no more than maxResponseBytes, as it was before it was compressed', async () => {
    const text = JSON.stringify(long);
    const options = { maxResponseBytes: text.length };
    expect(await replyOf('gzip', gzipSync(text), options)).toBe(long);
    for (const [coding, bytes] of [
      ['gzip', gzipSync(`${text} `)],
      ['br', brotliCompressSync(`${text} `)],
    ] as const)
      await expect(replyOf(coding, bytes, options)).rejects.toMatchObject({
        code: 'resource_exhausted',
        message: `the reply is larger than ${text.length} bytes`,
      });
  });

  it.each([
    ['what is no gzip', 'gzip', Buffer.from('"text"')],
    ['what has been cut off', 'gzip', gzipSync('"text"').subarray(0, 12)],
    ['a coding it did not ask for', 'zstd', Buffer.from('"text"')],
  ])('takes %s for the fault of the server', async (_, coding, bytes) => {
    await expect(replyOf(coding, bytes)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('unreadable reply'),
    });
  });

  it('takes a reply as it is that is not compressed, or has no body', async () => {
    expect(await replyOf('identity', Buffer.from('1'))).toBe(1);
    expect(await replyOf('gzip', Buffer.alloc(0))).toBeUndefined();
  });
});

describe('a client that compresses what it sends', () => {
  it('says so, before its hooks run', async () => {
    const { client } = await clientOf(mirror);
    const seen: unknown[] = [];
    const call = client.endpoint<string, Mirrored>({
      path: '/',
      compressBody: 'gzip',
      before: [(_ctx, { body, headers }) => void seen.push(body, headers['content-encoding'])],
    });
    expect((await call(long, background)).headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': String((seen[0] as Buffer).length),
    });
    expect(seen[1]).toBe('gzip');
  });

  it('sends short bodies, and those that are encoded already, as they are', async () => {
    const { client } = await clientOf(mirror);
    const call = client.endpoint<string, Mirrored>({ path: '/', compressBody: 'gzip' });
    const { headers, body } = await call('short', background);
    expect(body).toBe('"short"');
    expect(headers).not.toHaveProperty('content-encoding');
    const encoded = client.endpoint<string, Mirrored>({
      path: '/',
      compressBody: 'gzip',
      encode: (body) => ({ body, headers: { 'content-encoding': 'zstd' } }),
    });
    expect(await encoded(long, background)).toMatchObject({
      headers: { 'content-encoding': 'zstd' },
      body: long,
    });
    const get = client.endpoint<unknown, Mirrored>({
      path: '/',
      method: 'GET',
      compressBody: 'br',
    });
    expect((await get({}, background)).body).toBe('');
  });

  it('refuses a coding that it does not know', async () => {
    const { client } = await clientOf(mirror);
    // @ts-expect-error not one of the codings
    expect(() => client.endpoint({ path: '/', compressBody: 'zstd' })).toThrow('compressBody must');
  });
});
