import type { RequestListener } from 'node:http';
import { background } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clientOf, type Mirrored, mirror } from '../../test/mirror.ts';
import { type HttpEndpointOptions, jsonBody } from '../index.ts';

async function mirrored<Req>(
  options: HttpEndpointOptions<Req, Mirrored>,
  request: Req,
  path?: string,
) {
  const { client } = await clientOf(mirror, {}, path);
  return client.endpoint<Req, Mirrored>(options)(request, background);
}

function answering(status: number, headers: Record<string, string>, body: string): RequestListener {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

describe('an endpoint of createHttpClient', () => {
  it('posts its request as JSON, with its length and the time that is left', async () => {
    const seen = await mirrored({ path: '/sum' }, { a: 1, b: 'é' });
    expect(seen).toMatchObject({ method: 'POST', url: '/sum', body: '{"a":1,"b":"é"}' });
    expect(seen.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': '16',
    });
    expect(Number(seen.headers['connect-timeout-ms'])).toBeGreaterThan(9000);
    expect(Number(seen.headers['connect-timeout-ms'])).toBeLessThanOrEqual(10_000);
    expect(seen.headers['grpc-timeout']).toBe(`${seen.headers['connect-timeout-ms']}m`);
  });

  it.each(['GET', 'DELETE', 'OPTIONS'])('sends nothing but the path with %s', async (method) => {
    const seen = await mirrored({ path: '/a', method }, { ignored: true });
    expect(seen).toMatchObject({ method, url: '/a', body: '' });
    expect(seen.headers).not.toHaveProperty('content-type');
  });

  it('reads nothing of the reply to HEAD, however long it would be', async () => {
    const { client } = await clientOf((_request, response) => {
      response.writeHead(200, { 'content-length': '99999999' }).end();
    });
    const head = client.endpoint<undefined, undefined>({ path: '/', method: 'HEAD' });
    expect(await head(undefined, background)).toBeUndefined();
    expect(await head(undefined, background)).toBeUndefined();
  });

  it('sends no deadline where there is none', async () => {
    const seen = await mirrored({ path: '/', timeoutMs: Number.POSITIVE_INFINITY }, {});
    expect(seen.headers).not.toHaveProperty('connect-timeout-ms');
    expect(seen.headers).not.toHaveProperty('grpc-timeout');
  });

  it('never sends more time than is left', async () => {
    const { client } = await clientOf(mirror);
    const call = client.endpoint<object, Mirrored>({ path: '/', timeoutMs: 5000 });
    using ctx = background.withTimeout(1234);
    const { headers } = await call({}, ctx);
    expect(Number(headers['connect-timeout-ms'])).toBeLessThanOrEqual(1234);
    expect(headers['grpc-timeout']).toMatch(/^\d{1,4}m$/);
    expect(Number((await call({}, background)).headers['connect-timeout-ms'])).toBeLessThanOrEqual(
      5000,
    );
  });

  it('lets encode choose path, query, headers and body', async () => {
    const seen = await mirrored(
      {
        path: '/profiles',
        method: 'PUT',
        headers: { 'x-a': 'endpoint', 'x-b': 'endpoint' },
        encode: async ({ id }: { id: string }) => ({
          path: `/profiles/${encodeURIComponent(id)}?x=1`,
          query: { q: 'a&b=c', é: ' ' },
          headers: { 'x-b': 'call', 'content-type': 'application/merge-patch+json' },
          json: { id },
        }),
      },
      { id: 'a/b ?#é' },
    );
    expect(seen).toMatchObject({
      method: 'PUT',
      url: '/profiles/a%2Fb%20%3F%23%C3%A9?x=1&q=a%26b%3Dc&%C3%A9=+',
      body: '{"id":"a/b ?#é"}',
      headers: { 'x-a': 'endpoint', 'x-b': 'call', 'content-type': 'application/merge-patch+json' },
    });
  });

  it.each([
    ['text', 'plain é', 'plain é'],
    ['bytes', new Uint8Array([0x68, 0x69]), 'hi'],
    ['nothing', undefined, ''],
  ])('sends %s as a body as it is', async (_what, body, text) => {
    const headers = { 'content-type': 'text/plain' };
    const seen = await mirrored({ path: '/', encode: () => ({ body, headers }) }, {});
    expect(seen).toMatchObject({ body: text, headers });
  });

  it.each([
    ['', '/sum', '/sum'],
    ['/', '/sum', '/sum'],
    ['/api', '/sum', '/api/sum'],
    ['/api/', '/sum?x', '/api/sum?x'],
    ['/api/v1//', '/', '/api/v1/'],
    ['/a%20b', '/', '/a%20b/'],
  ])('puts the path of the base URL %j before its own %j', async (base, path, url) => {
    expect(await mirrored({ path }, {}, base)).toMatchObject({ url });
  });

  it('does not change the headers that it was given', async () => {
    const headers = Object.freeze({ 'x-a': '1' });
    await mirrored({ path: '/', headers }, {});
    expect(headers).toEqual({ 'x-a': '1' });
  });

  it.each([
    [200, 'application/json', '{"v":3}', { v: 3 }],
    [201, 'text/plain', '3', 3],
    [200, 'application/json', '', undefined],
    [204, 'application/json', '', undefined],
    [299, 'application/json', 'null', null],
  ])('reads a reply of %i %s %j as JSON', async (status, type, body, value) => {
    const { client } = await clientOf(answering(status, { 'content-type': type }, body));
    expect(await client.endpoint({ path: '/' })({}, background)).toEqual(value);
  });

  it('reads a reply that comes in pieces', async () => {
    const { client } = await clientOf((_request, response) => {
      response.write('{"v":"é'.slice(0, 6));
      response.write(Buffer.from('é').subarray(0, 1));
      response.write(Buffer.from('é').subarray(1));
      response.end('"}');
    });
    expect(await client.endpoint({ path: '/' })({}, background)).toEqual({ v: 'é' });
  });

  it.each([
    ['of bad syntax', '{"v":'],
    ['that is no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['that nests too deep', '['.repeat(100)],
    ['with a key that pollutes', '{"__proto__":{"polluted":1}}'],
    ['that is HTML', '<!DOCTYPE html>'],
  ])('fails with internal for a reply %s: it is the fault of the server', async (_what, body) => {
    const { client } = await clientOf((_request, response) => void response.end(body));
    await expect(client.endpoint({ path: '/' })({}, background)).rejects.toMatchObject({
      code: 'internal',
      retryable: false,
      message: expect.stringMatching(/^unreadable reply: the /),
    });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('checks the reply with a schema, and hands on what that makes of it', async () => {
    const decode = jsonBody(z.object({ v: z.coerce.date() }));
    const good = await clientOf(answering(200, {}, '{"v":"2020-01-01","w":1}'));
    const options = { path: '/', decode };
    expect(await good.client.endpoint(options)({}, background)).toEqual({
      v: new Date('2020-01-01'),
    });
    for (const body of ['{"v":"never"}', '']) {
      const bad = await clientOf(answering(200, {}, body));
      await expect(bad.client.endpoint(options)({}, background)).rejects.toMatchObject({
        code: 'internal',
        message: expect.stringMatching(/^unreadable reply: invalid body: /),
        details: undefined,
      });
    }
  });

  it('hands status, headers and the whole body to a decoder', async () => {
    const { client } = await clientOf(answering(202, { 'x-a': '1' }, 'plain'));
    const call = client.endpoint({
      path: '/',
      decode: async (reply) => [
        reply.status,
        reply.headers['x-a'],
        await reply.text(),
        await reply.bytes(),
      ],
    });
    expect(await call({}, background)).toEqual([202, '1', 'plain', Buffer.from('plain')]);
  });

  it('takes for a success what isSuccess does', async () => {
    const { client } = await clientOf(answering(404, {}, '{"missing":true}'));
    const call = client.endpoint({ path: '/', isSuccess: (status) => status === 404 });
    expect(await call({}, background)).toEqual({ missing: true });
  });

  it('runs its hooks in order, with the call as it goes out and comes back', async () => {
    const steps: unknown[] = [];
    const { client } = await clientOf(mirror, {}, '/api');
    const call = client.endpoint<object, Mirrored>({
      path: '/a',
      service: 'svc',
      name: 'A',
      idempotent: true,
      before: [
        (_ctx, { method, path, headers, body, status, operation }) => {
          steps.push([method, path, body, status, operation]);
          headers['x-late'] = '1';
        },
      ],
      after: [(_ctx, { status }) => void steps.push(status)],
      finalize: [(_ctx, _call, { status, error }) => void steps.push([status, error])],
    });
    expect((await call({}, background)).headers).toMatchObject({ 'x-late': '1' });
    expect(steps).toEqual([
      [
        'POST',
        '/api/a',
        '{}',
        0,
        expect.objectContaining({ service: 'svc', method: 'A', idempotent: true }),
      ],
      200,
      [200, undefined],
    ]);
  });
});
