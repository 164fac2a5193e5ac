import { background } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ask } from '../../test/ask.ts';
import { serve } from '../../test/hosts.ts';
import { clientOf, mirror } from '../../test/mirror.ts';
import { createHttpClient, httpHandler, jsonBody } from '../index.ts';

const decode = (): undefined => undefined;

describe('a number that comes', () => {
  it.each(['1.5', '9223372036854775807', '9007199254740993', '1e300', '"1"', 'null', '1e400'])(
    'is refused with 400 by a schema that asks for a safe integer: %s',
    async (n) => {
      const schema = z.object({ n: z.int() });
      const { url } = await serve(httpHandler(async (body) => body, { decode: jsonBody(schema) }));
      expect(await ask(url, { body: `{"n":${n}}` })).toMatchObject({ status: 400 });
      expect(await ask(url, { body: '{"n":1}' })).toMatchObject({ status: 200 });
    },
  );

  it.each(['1e400', '-1e400', `[${'9'.repeat(400)}]`])('is never an infinity: %s', async (body) => {
    const { url } = await serve(httpHandler(async () => 'taken', { decode: jsonBody() }));
    expect(await ask(url, { body })).toMatchObject({ status: 400 });
    await using client = createHttpClient(
      (await serve((_request, response) => void response.end(body))).url,
    );
    const call = client.endpoint({ path: '/' })({}, background);
    await expect(call).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('a number that goes out', () => {
  it.each([
    [Number.NaN, 'null'],
    [Number.POSITIVE_INFINITY, 'null'],
    [Number.NEGATIVE_INFINITY, 'null'],
    [-0, '0'],
    [2 ** 63, '9223372036854776000'],
  ])('is what JSON.stringify makes of it: %s as %s', async (value, json) => {
    const { url } = await serve(httpHandler(async () => ({ value }), { decode }));
    expect(await ask(url)).toMatchObject({ status: 200, text: `{"value":${json}}` });
  });

  it('is refused before it is sent where it is a bigint: internal, on the client too', async () => {
    let requests = 0;
    const { client } = await clientOf((request, response) => {
      requests++;
      mirror(request, response);
    });
    const call = client.endpoint({ path: '/' })({ value: 1n }, background);
    await expect(call).rejects.toMatchObject({ code: 'internal' });
    expect(requests).toBe(0);
  });
});

describe('text that is no UTF-8', () => {
  it('is refused with 400 as text, and read as bytes', async () => {
    const latin1 = Buffer.from('h\xe9', 'latin1');
    const headers = { 'content-type': 'text/plain' };
    const text = httpHandler(async (body: string) => body, { decode: (r) => r.text() });
    expect(await ask((await serve(text)).url, { headers, body: latin1 })).toMatchObject({
      status: 400,
    });
    const bytes = httpHandler(async (body: Uint8Array) => body.length, {
      decode: (r) => r.bytes(),
    });
    expect(await ask((await serve(bytes)).url, { headers, body: latin1 })).toMatchObject({
      text: '2',
    });
  });
});
