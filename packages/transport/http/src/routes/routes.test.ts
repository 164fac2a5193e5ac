import { expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { expressHosts, hosts, serve, serveApp } from '../../test/hosts.ts';
import { exchange, statusOf } from '../../test/raw.ts';
import { echoOf } from '../../test/route-echo.ts';
import { group, httpHandler, jsonBody, route, routes } from '../index.ts';

const get = (url: string, path: string) => ask(url, { method: 'GET', path });

it.each(hosts)('routes send each request to its endpoint, on $name', async ({ serve }) => {
  const sum = async ({ a, b }: { a: number; b: number }) => ({ v: a + b });
  const { url } = await serve(
    routes([
      route('POST', '/sum', sum, { decode: jsonBody<{ a: number; b: number }>() }),
      route('GET', '/profiles/:id', async (id: string) => ({ id }), {
        decode: ({ params }) => params.id,
      }),
    ]),
  );
  expect(await ask(url, { path: '/sum', body: '{"a":1,"b":2}' })).toMatchObject({
    status: 200,
    text: '{"v":3}',
  });
  expect(await get(url, '/profiles/7?x=/sum')).toMatchObject({ status: 200, text: '{"id":"7"}' });
});

it.each(expressHosts)(
  'routes below a prefix of $name see the rest of the path',
  async ({ create }) => {
    const seen = route('GET', '/b/:id', async (r: unknown) => r, {
      decode: ({ params, path }) => ({ params, path }),
    });
    const app = create().use('/a/:host', routes([seen]));
    app.get(
      '/a/:host/later',
      httpHandler(async () => 'later', { decode: () => undefined }),
    );
    const { url } = await serveApp(app);
    expect((await get(url, '/a/x/b/7')).json).toEqual({ params: { id: '7' }, path: '/b/7' });
    expect(await get(url, '/a/x/later')).toMatchObject({ status: 404 });
  },
);

it('a route tells paths apart by case, by a slash at the end and by a doubled one', async () => {
  const { url } = await serve(routes([echoOf('GET', '/sum'), echoOf('GET', '/list/')]));
  for (const path of ['/sum', '/sum?a=/b', '/list/', '/s%75m'])
    expect(await get(url, path)).toMatchObject({ status: 200 });
  for (const path of ['/Sum', '/sum/', '/list', '/list//', '/', '/sum/more', '/su', '/%2Fsum'])
    expect(await get(url, path)).toMatchObject({ status: 404 });
});

it('plain text goes before a parameter, and a parameter before the rest, in any order', async () => {
  const paths = ['/*', '/users/:id', '/users/me', '/users/:id/posts'] as const;
  const { url } = await serve(routes(paths.map((path) => echoOf('GET', path))));
  const answers = await Promise.all(
    ['/users/me', '/users/7', '/users/me/posts', '/users/7/other', '/'].map(
      async (path) => (await get(url, path)).json.name,
    ),
  );
  expect(answers).toEqual([
    'GET /users/me',
    'GET /users/:id',
    'GET /users/:id/posts',
    'GET /*',
    'GET /*',
  ]);
});

it('parameters are decoded, and inherit nothing', async () => {
  const seen = async (request: unknown) => request;
  const decode = ({ params }: { params: object }) => ({
    params,
    inherits: 'toString' in params,
  });
  const { url } = await serve(
    routes([
      route('GET', '/p/:a/:toString', seen, { decode }),
      route('GET', '/bare/:__proto__', seen, { decode: ({ params }) => ({ ...params }) }),
      route('GET', '/files/:disk/*', seen, { decode }),
      route('GET', '/posts/:year/:month?', seen, { decode }),
    ]),
  );
  expect((await get(url, '/p/a%2Fb%252F%3f/%C3%A9+')).json).toEqual({
    params: { a: 'a/b%2F?', toString: 'é+' },
    inherits: true,
  });
  expect((await get(url, '/files/c/x/y%20z/')).json).toEqual({
    params: { disk: 'c', '*': 'x/y z/' },
    inherits: false,
  });
  expect((await get(url, '/files/c/')).json.params).toEqual({ disk: 'c', '*': '' });
  expect((await get(url, '/posts/2026/11')).json.params).toEqual({ year: '2026', month: '11' });
  expect((await get(url, '/posts/2026')).json.params).toEqual({ year: '2026' });
  expect((await get(url, '/bare/x')).text).toBe('{"__proto__":"x"}');
});

it('a parameter is never empty and never longer than the limit', async () => {
  const all = [echoOf('GET', '/a/:x'), echoOf('GET', '/p/:x/b'), echoOf('GET', '/o/:x?')];
  const { url } = await serve(routes(all, { maxParamLength: 3 }));
  for (const path of ['/a/', '/p//b', '/o/', '/a/1234', '/p/1234/b', '/a/%C3%A9%C3%A9%C3%A9%C3%A9'])
    expect(await get(url, path)).toMatchObject({ status: 404 });
  for (const path of ['/a/123', '/p/123/b', '/o', '/a/%C3%A9%C3%A9%C3%A9'])
    expect(await get(url, path)).toMatchObject({ status: 200 });
});

it('an unknown path gets 404 as a problem that names the code', async () => {
  const { url } = await serve(routes([echoOf('GET', '/sum')]));
  const reply = await ask(url, { path: '/constructor', body: '{}' });
  expect(reply.headers['content-type']).toBe('application/problem+json');
  expect(reply.json).toMatchObject({ status: 404, code: 'unimplemented', retryable: false });
});

it.each(['/%', '/a/%zz', '/a/%C3', '/a/b%E0%A4', '/sum%'])(
  'the malformed path %s gets 400, whatever the method',
  async (path) => {
    const { url } = await serve(routes([echoOf('GET', '/a/:x'), echoOf('GET', '/sum')]));
    for (const method of ['GET', 'POST', 'OPTIONS'])
      expect(await ask(url, { method, path })).toMatchObject({
        status: 400,
        json: { code: 'invalid_argument' },
      });
  },
);

it('a target that is no path gets 400; a whole URL is looked up by its path', async () => {
  const { port } = await serve(routes([echoOf('GET', '/sum'), echoOf('GET', '/')]));
  const line = async (target: string) =>
    statusOf(
      await exchange(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
    );
  expect(await line('*')).toBe(400);
  expect(await line('*sum')).toBe(400);
  expect(await line('/sum#part')).toBe(400);
  expect(await line('http://a/sum?b')).toBe(200);
  expect(await line('http://a')).toBe(200);
  expect(await line('http://a/other')).toBe(404);
  expect(await line('ftp://a/sum')).toBe(400);
});

it('a path as long as a head can be is looked up like any other', async () => {
  const { url } = await serve(
    routes([
      route('GET', '/files/*', async (text: string) => text.length, {
        decode: ({ params }) => params['*'],
      }),
      echoOf('GET', '/a/:x/:y/:z'),
    ]),
  );
  const long = 15_000;
  expect((await get(url, `/files/${'x'.repeat(long)}`)).text).toBe(String(long));
  expect(await get(url, `/a${'/'.repeat(long)}`)).toMatchObject({ status: 404 });
  expect(await get(url, `/a/${'%25'.repeat(long / 3)}/y/z`)).toMatchObject({ status: 404 });
});

it('a group joins its prefix with the paths inside as they are written', async () => {
  const inside = [echoOf('GET', ''), echoOf('GET', '/'), echoOf('GET', '/a')];
  const { url } = await serve(routes([group('/v1', [], [group('/x', [], inside)])]));
  const names = await Promise.all(
    ['/v1/x', '/v1/x/', '/v1/x/a'].map(async (path) => (await get(url, path)).json.name),
  );
  expect(names).toEqual(['GET /v1/x', 'GET /v1/x/', 'GET /v1/x/a']);
  expect(await get(url, '/x/a')).toMatchObject({ status: 404 });
});
