import { gzipSync } from 'node:zlib';
import { contextKey, ServiceError } from '@fairlead/endpoint';
import type { Outcome } from '@fairlead/transport';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { expressHosts, serve, serveApp } from '../../test/hosts.ts';
import { mirror } from '../../test/mirror.ts';
import { proxied } from '../../test/proxied.ts';
import { exchange } from '../../test/raw.ts';
import { createReverseProxy } from '../index.ts';

describe('createReverseProxy', () => {
  it('hands a request on and its reply back', async () => {
    const { url } = await proxied((request, response) => {
      response.writeHead(201, { 'x-a': 'b', 'set-cookie': ['c=1', 'd=2'] });
      mirror(request, response);
    });
    const answer = await ask(url, {
      method: 'PUT',
      path: '/a%2Fb//c/?d=e&d',
      headers: { 'x-b': 'c' },
      body: 'hello',
    });
    expect(answer).toMatchObject({
      status: 201,
      reason: 'Created',
      headers: { 'x-a': 'b', 'set-cookie': ['c=1', 'd=2'] },
      json: { method: 'PUT', url: '/a%2Fb//c/?d=e&d', headers: { 'x-b': 'c' }, body: 'hello' },
    });
  });

  it('puts the path of the target before that of the request', async () => {
    const { url } = await proxied(mirror, {}, '/base/');
    expect((await ask(url, { path: '/a?b=c' })).json.url).toBe('/base/a?b=c');
    expect((await ask(url, { path: '/' })).json.url).toBe('/base/');
  });

  it.each(['/../a', '/a/..', '/%2e%2E/a', '/a/.%2e/b', '/..\\a', '/..%2fa', '/a/..;x/b'])(
    'lets nobody climb out of the path of the target by %s',
    async (path) => {
      const { port } = await proxied(mirror, {}, '/base');
      const answer = await exchange(
        port,
        `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*invalid_argument/);
    },
  );

  it('passes on answers that are errors, and what makes requests conditional', async () => {
    const { url } = await proxied(({ headers }, response) => {
      if (headers['if-none-match'] === '"7"') response.writeHead(304, { etag: '"7"' }).end();
      else if (headers.range === 'bytes=0-1')
        response
          .writeHead(206, { 'content-range': 'bytes 0-1/5', 'content-length': 2, vary: 'range' })
          .end('he');
      else response.writeHead(503, { 'retry-after': '7' }).end('busy');
    });
    expect(await ask(url, { method: 'GET', headers: { 'if-none-match': '"7"' } })).toMatchObject({
      status: 304,
      headers: { etag: '"7"' },
    });
    expect(await ask(url, { method: 'GET', headers: { range: 'bytes=0-1' } })).toMatchObject({
      status: 206,
      text: 'he',
      headers: { 'content-range': 'bytes 0-1/5', vary: 'range', 'content-length': '2' },
    });
    expect(await ask(url)).toMatchObject({
      status: 503,
      text: 'busy',
      headers: { 'retry-after': '7' },
    });
  });

  it('leaves what is compressed as it is', async () => {
    const bytes = gzipSync('hello');
    const { url } = await proxied((request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      request.pipe(response);
    });
    const answer = await ask(url, { headers: { 'content-encoding': 'gzip' }, body: bytes });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.bytes).toEqual(bytes);
  });

  it('tells the length of what it answers to HEAD', async () => {
    const { url } = await proxied((_request, response) => {
      response.writeHead(200, { 'content-length': '12345' }).end();
    });
    expect(await ask(url, { method: 'HEAD' })).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': '12345' },
    });
  });

  it.each([
    ['a URL', (url: string) => new URL(url)],
    ['a promise', async (url: string) => url],
  ])('goes for each call where it is told, %s', async (_, make) => {
    const one = await serve((_request, response) => void response.end('one'));
    const other = await serve((_request, response) => void response.end('other'));
    await using proxy = createReverseProxy((call) =>
      make(call.headers['x-to'] === 'one' ? one.url : other.url),
    );
    const { url } = await serve(proxy.handler);
    expect((await ask(url, { headers: { 'x-to': 'one' } })).text).toBe('one');
    expect((await ask(url)).text).toBe('other');
  });

  it.each(expressHosts)(
    'is mounted in $name below a prefix, which it does not see',
    async (host) => {
      const { url } = await serve(mirror);
      await using proxy = createReverseProxy(url);
      const front = await serveApp(host.create().use('/api', proxy.handler));
      expect((await ask(front.url, { path: '/api/a?b' })).json).toMatchObject({ url: '/a?b' });
    },
  );

  it('says what to do where a body parser has eaten the body', async () => {
    const { url } = await serve(mirror);
    await using proxy = createReverseProxy(url, { onError: (error) => errors.push(error) });
    const errors: unknown[] = [];
    const front = await serveApp(express().use(express.json(), proxy.handler));
    const headers = { 'content-type': 'application/json' };
    expect((await ask(front.url, { headers, body: '{}' })).status).toBe(500);
    expect(errors).toMatchObject([
      { message: expect.stringContaining('mount the handler before') },
    ]);
  });

  it('refuses options that make no sense', () => {
    expect(() => createReverseProxy('localhost:80')).toThrow('the base URL must be like');
    expect(() => createReverseProxy('http://a', { via: 'a b' })).toThrow('via must be');
    expect(() => createReverseProxy('http://a', { connections: 0 })).toThrow('connections');
    expect(() => createReverseProxy('http://a', { idleTimeoutMs: -1 })).toThrow('idleTimeoutMs');
  });
});

describe('the hooks of a reverse proxy', () => {
  it('change what goes out, and the context that the target is chosen with', async () => {
    const instance = contextKey<string>('instance');
    const { url: target } = await serve(mirror);
    await using proxy = createReverseProxy((_call, ctx) => ctx.get(instance) ?? '', {
      before: [
        (ctx, { outgoing }) => {
          outgoing.method = 'PATCH';
          outgoing.path = outgoing.path.replace(/^\/api/, '');
          outgoing.headers['x-user'] = 'ada';
          delete outgoing.headers['cookie'];
          return ctx.with(instance, target);
        },
      ],
    });
    const { url } = await serve(proxy.handler);
    const { json } = await ask(url, { path: '/api/a', headers: { cookie: 'a=b' }, body: 'c' });
    expect(json).toMatchObject({ method: 'PATCH', url: '/a', body: 'c' });
    expect(json.headers).toMatchObject({ 'x-user': 'ada', host: new URL(target).host });
    expect(json.headers).not.toHaveProperty('cookie');
  });

  it('refuse a call before the target hears of it', async () => {
    let heard = 0;
    const { url } = await proxied(() => void heard++, {
      before: [
        () => {
          throw new ServiceError('unauthenticated', 'send a token');
        },
      ],
    });
    expect(await ask(url, { body: 'x' })).toMatchObject({
      status: 401,
      json: { detail: 'send a token' },
    });
    expect(heard).toBe(0);
  });

  it('change the head of the reply, and see the end of it', async () => {
    const outcomes: Outcome[] = [];
    let over = (): void => {};
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    const { url } = await proxied((_request, response) => void response.end('hello'), {
      after: [
        (_ctx, call, reply) => {
          reply.status = 202;
          reply.headers['x-a'] = ['b', 'c'];
          call.responseMetadata.set('x-d', 'e');
        },
      ],
      finalize: [
        (_ctx, call, outcome) => {
          outcomes.push(outcome);
          expect(call.response.writableFinished).toBe(true);
          over();
        },
      ],
    });
    expect(await ask(url)).toMatchObject({
      status: 202,
      text: 'hello',
      headers: { 'x-a': 'b, c', 'x-d': 'e' },
    });
    await ended;
    expect(outcomes).toEqual([{ status: 202, error: undefined }]);
  });

  it('that fail after the target has answered make an error of it', async () => {
    const { url } = await proxied((_request, response) => void response.end('hello'), {
      after: [
        () => {
          throw new ServiceError('data_loss', 'not so');
        },
      ],
    });
    expect(await ask(url)).toMatchObject({ status: 500, json: { code: 'data_loss' } });
    expect(await ask(url)).toMatchObject({ status: 500 });
  });
});
