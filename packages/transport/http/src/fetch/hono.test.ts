import { background, isServiceError, type ServiceError } from '@fairlead/endpoint';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { serve } from '../../test/hosts.ts';
import { open } from '../../test/raw.ts';
import { fetchHandler, jsonBody } from '../fetch.ts';
import { createHttpClient, fetchRoutes, group, route } from '../index.ts';

/** Serves an app behind `node:http` until the test is over. */
function serveApp(app: Hono): ReturnType<typeof serve> {
  return serve(getRequestListener(app.fetch));
}

const echo = fetchHandler(async (body) => ({ body }), { decode: jsonBody(), maxBodyBytes: 100 });

describe('fetchHandler on Hono', () => {
  it('reads the body under its own limits and answers with its own errors', async () => {
    const { url } = await serveApp(new Hono().post('/', ({ req }) => echo(req.raw)));
    expect(await ask(url, { body: '{"a":1}' })).toMatchObject({
      status: 200,
      text: '{"body":{"a":1}}',
    });
    expect(await ask(url, { body: ['{"a"', ':1}'] })).toMatchObject({ text: '{"body":{"a":1}}' });
    expect(await ask(url, { body: '{' })).toMatchObject({ status: 400 });
    expect(await ask(url, { body: 'a'.repeat(101) })).toMatchObject({ status: 413 });
    expect(await ask(url, { body: ['a'.repeat(60), 'a'.repeat(60)] })).toMatchObject({
      status: 413,
    });
  });

  it('is told the path parameters that Hono found', async () => {
    const profile = fetchHandler(async (id: string) => ({ id }), {
      decode: ({ params }) => params['id'] ?? '',
    });
    const app = new Hono().get('/profiles/:id', ({ req }) =>
      profile.serve(req.raw, { params: req.param() }),
    );
    const { url } = await serveApp(app);
    const reply = await ask(url, { method: 'GET', path: '/profiles/a%2Fb' });
    expect(reply.json).toEqual({ id: 'a/b' });
  });

  it('ends the call of a client that leaves', async () => {
    const aborted = deferred<ServiceError>();
    const called = deferred();
    const waiting = fetchHandler(
      (_request, ctx) => {
        ctx.onAbort(aborted.resolve);
        called.resolve();
        return aborted.promise;
      },
      { decode: () => undefined },
    );
    const { port } = await serveApp(new Hono().get('/', ({ req }) => waiting(req.raw)));
    const socket = await open(port);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await called.promise;
    socket.destroy();
    expect(await aborted.promise).toMatchObject({ code: 'canceled' });
  });

  it('closes the stream of a client that leaves', async () => {
    const closed = deferred();
    async function* ticks(): AsyncGenerator<string> {
      try {
        for (;;) yield 'tick\n'.repeat(1000);
      } finally {
        closed.resolve();
      }
    }
    const handler = fetchHandler(async () => {}, {
      decode: () => undefined,
      encode: () => ({ status: 200, headers: {}, body: ticks() }),
    });
    const { port } = await serveApp(new Hono().get('/', ({ req }) => handler(req.raw)));
    const socket = await open(port);
    const came = new Promise((resolve) => socket.once('data', resolve));
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await came;
    socket.destroy();
    await closed.promise;
  });
});

describe('fetchRoutes', () => {
  const table = fetchRoutes(
    [
      route('POST', '/sum', async ({ a, b }: { a: number; b: number }) => ({ v: a + b }), {
        decode: jsonBody<{ a: number; b: number }>(),
      }),
      group('/v1', [], ({ route: below }) => [
        below('GET', '/profiles/:id', async (id: string) => ({ id }), {
          decode: ({ params }) => params.id,
          before: [(_ctx, call) => void call.responseMetadata.set('x-host', call.host)],
        }),
      ]),
    ],
    { onError: () => {} },
  );

  it.each([
    ['GET', '/v1/profiles/a%2Fb?x=1', 200, '{"id":"a/b"}'],
    ['GET', '/v1/profiles/', 404, /"unimplemented"/],
    ['GET', '/other', 404, /"unimplemented"/],
    ['PUT', '/sum', 405, /use POST, OPTIONS/],
    ['OPTIONS', '/sum', 204, ''],
    ['HEAD', '/v1/profiles/7', 200, ''],
    ['GET', '/v1/profiles/%ff', 400, /malformed/],
  ])('answers %s %s with %d', async (method, path, status, text) => {
    const response = await table(new Request(`http://a.test${path}`, { method }));
    expect(response.status).toBe(status);
    const body = await response.text();
    if (typeof text === 'string') expect(body).toBe(text);
    else expect(body).toMatch(text);
  });

  it('tells its hooks which host it is', async () => {
    const response = await table(new Request('http://a.test/v1/profiles/7'));
    expect(response.headers.get('x-host')).toBe('fetch');
  });

  it('serves the client of this package, on Node', async () => {
    const { url } = await serve(getRequestListener(table));
    await using client = createHttpClient(url);
    const sum = client.endpoint<{ a: number; b: number }, { v: number }>({ path: '/sum' });
    expect(await sum({ a: 1, b: 2 }, background)).toEqual({ v: 3 });
    const other = client.endpoint({ path: '/other' });
    const error = await other({}, background).catch((thrown: unknown) => thrown);
    expect(isServiceError(error, 'unimplemented')).toBe(true);
  });
});
