import { type Middleware, operation, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { serve } from '../../test/hosts.ts';
import { echoOf } from '../../test/route-echo.ts';
import { group, httpHandler, jsonBody, problemReply, route, routes } from '../index.ts';

const decode = (): undefined => undefined;
const get = (url: string, path: string) => ask(url, { method: 'GET', path });

/** A middleware that leaves its name, and its operation's, where the test sees them. */
function marking(seen: string[], mark: string): Middleware {
  return (next) => (request, ctx) => {
    seen.push(`${mark} ${ctx.get(operation)?.method}`);
    return next(request, ctx);
  };
}

describe('a group', () => {
  it('runs its middlewares around the endpoints inside, the outermost first, and no others', async () => {
    const seen: string[] = [];
    const { url } = await serve(
      routes([
        group(
          '/v1',
          [marking(seen, 'a'), marking(seen, 'b')],
          [group('/in', [marking(seen, 'c')], [echoOf('GET', '/x')]), echoOf('GET', '/y')],
        ),
        echoOf('GET', '/z'),
      ]),
    );
    await get(url, '/v1/in/x');
    expect(seen.splice(0)).toEqual(['a GET /v1/in/x', 'b GET /v1/in/x', 'c GET /v1/in/x']);
    await get(url, '/v1/y');
    expect(seen.splice(0)).toEqual(['a GET /v1/y', 'b GET /v1/y']);
    for (const path of ['/z', '/v1', '/v1/nope', '/v1/in/x/']) await get(url, path);
    await ask(url, { method: 'POST', path: '/v1/y' });
    expect(seen).toEqual([]);
  });

  it('makes each layer once for each route, not for each call', async () => {
    let made = 0;
    const counting: Middleware = (next) => {
      made++;
      return next;
    };
    const { url } = await serve(
      routes([group('/v1', [counting], [echoOf('GET', '/x'), echoOf('GET', '/y')])]),
    );
    await get(url, '/v1/x');
    await get(url, '/v1/x');
    expect(made).toBe(2);
  });

  it('hands the parameters of its prefix to the decoders inside', async () => {
    const { url } = await serve(
      routes([
        group('/tenants/:tenant', [], (inside) => [
          inside.group('/sites/:site', [], ({ route }) => [
            route('GET', '/:id', async (seen: object) => seen, { decode: ({ params }) => params }),
          ]),
        ]),
      ]),
    );
    expect((await get(url, '/tenants/a/sites/b%2Fc/7')).json).toEqual({
      tenant: 'a',
      site: 'b/c',
      id: '7',
    });
  });

  it('gives its defaults to its routes, which the innermost changes', async () => {
    const echo = async (value: unknown) => value;
    const { url } = await serve(
      routes(
        [
          route('POST', '/wide', echo, { decode: jsonBody() }),
          group(
            '/g',
            [],
            [
              route('POST', '/narrow', echo, { decode: jsonBody(), maxBodyBytes: undefined }),
              route('POST', '/own', echo, { decode: jsonBody(), maxBodyBytes: 20 }),
              echoOf('GET', '/name'),
            ],
            { maxBodyBytes: 4, service: 'inner' },
          ),
          echoOf('GET', '/name'),
          route('GET', '/named', async (_, ctx) => ctx.get(operation)?.method, {
            decode,
            name: 'Named',
          }),
        ],
        { maxBodyBytes: 10, service: 'outer' },
      ),
    );
    const status = async (path: string, length: number) =>
      (await ask(url, { path, body: `"${'x'.repeat(length - 2)}"` })).status;
    expect([await status('/wide', 10), await status('/wide', 11)]).toEqual([200, 413]);
    expect([await status('/g/narrow', 4), await status('/g/narrow', 5)]).toEqual([200, 413]);
    expect([await status('/g/own', 20), await status('/g/own', 21)]).toEqual([200, 413]);
    expect((await get(url, '/g/name')).json).toEqual({ name: 'GET /g/name', service: 'inner' });
    expect((await get(url, '/name')).json).toMatchObject({ service: 'outer' });
    expect((await get(url, '/named')).json).toBe('Named');
  });

  it('runs the hooks of all around a route, the outer ones first', async () => {
    const seen: string[] = [];
    const hooks = (mark: string) => ({
      middleware: ((next) => (request, ctx) => {
        seen.push(`middleware ${mark}`);
        return next(request, ctx);
      }) satisfies Middleware,
      before: [() => void seen.push(`before ${mark}`)],
      after: [() => void seen.push(`after ${mark}`)],
      finalize: [() => void seen.push(`finalize ${mark}`)],
    });
    const inner = route('GET', '/x', async () => 1, { decode, ...hooks('route') });
    const { url } = await serve(routes([group('/g', [], [inner], hooks('group'))], hooks('all')));
    await get(url, '/g/x');
    expect(seen).toEqual(
      ['before', 'middleware', 'after', 'finalize'].flatMap((hook) =>
        ['all', 'group', 'route'].map((mark) => `${hook} ${mark}`),
      ),
    );
  });
});

describe('a request that no route takes', () => {
  it('goes through encodeError, onError and finalize, and runs nothing before', async () => {
    const seen: unknown[] = [];
    const handler = routes([echoOf('GET', '/x')], {
      service: 'harbour',
      before: [() => void seen.push('before')],
      encode: () => ({ status: 200, headers: {}, body: 'encoded' }),
      encodeError: (error) => {
        const { status, headers } = problemReply(error);
        return { status, headers: { ...headers, 'content-type': 'text/plain' }, body: 'nothing' };
      },
      onError: (error) => seen.push(error instanceof ServiceError && error.code),
      finalize: [
        (_ctx, call, { status }) =>
          void seen.push([call.operation.service, call.operation.method, status]),
      ],
    });
    const { url } = await serve(handler);
    expect(await get(url, '/y')).toMatchObject({ status: 404, text: 'nothing' });
    expect(await ask(url, { path: '/x' })).toMatchObject({ status: 405, text: 'nothing' });
    expect(seen).toEqual([
      'unimplemented',
      ['harbour', 'GET', 404],
      'unimplemented',
      ['harbour', 'POST', 405],
    ]);
  });
});

describe('the composition of routes', () => {
  it.each([
    ['profiles', /must start with '\/'/],
    ['/a//b', /empty segment: write one/],
    ['/*/a', /'\*' before its end: name the segment/],
    ['/a*', /no whole segment: write '\/\*'/],
    ['/:id?/a', /optional parameter before its end: declare a route for each/],
    ['/:id(\\d+)', /regular expression: take a plain parameter/],
    ['/(a+)+', /regular expression/],
    ['/:a-:b', /one is a whole segment/],
    ['/:file.png', /one is a whole segment/],
    ['/:', /one is a whole segment/],
    ['/:1', /one is a whole segment/],
    ['/a::b', /neither plain text nor :name/],
    ['/a b', /neither plain text/],
    ['/a?b=1', /neither plain text/],
    ['/a#b', /neither plain text/],
    ['/caf%C3%A9', /write the text as it reads/],
    ['/a/../b', /clients resolve/],
    ['/:id/b/:id', /two parameters :id: give one another name/],
  ])('refuses the path %s and names the remedy', (path, message) => {
    // The cast, because the compiler refuses the first one already.
    expect(() => routes([echoOf('GET', path as '/')])).toThrow(message);
    expect(() => routes([group('/g', [], [echoOf('GET', path as '/')])])).toThrow(message);
  });

  it('refuses a prefix that does not join', () => {
    expect(() => routes([group('/v1/', [], [echoOf('GET', '/a')])])).toThrow(/empty segment/);
    expect(() => routes([group('/*', [], [echoOf('GET', '/a')])])).toThrow(/before its end/);
    expect(() => routes([echoOf('GET', '')])).toThrow(/must start with/);
  });

  it.each([
    ['/a', '/a', 'there are two routes GET /a'],
    ['/a/:x', '/a/:y', 'GET /a/:x and GET /a/:y are one route'],
    ['/a/:x?', '/a', 'GET /a/:x? and GET /a are one route'],
    ['/', '/:x?', 'GET / and GET /:x? are one route'],
  ] as const)('refuses %s beside %s', (one, other, message) => {
    expect(() => routes([echoOf('GET', one), echoOf('GET', other)])).toThrow(message);
    expect(() => routes([echoOf('GET', one), echoOf('POST', other)])).not.toThrow();
  });

  it('refuses a method that is none, and limits that are none', () => {
    // The cast stands for a caller without types.
    expect(() => routes([echoOf('get' as 'GET', '/a')])).toThrow(/in capitals.*is "get"/);
    expect(() => routes([], { maxParamLength: 0 })).toThrow(/maxParamLength must be/);
    expect(() => routes([echoOf('GET', '/a')], { maxBodyBytes: -1 })).toThrow(/maxBodyBytes/);
  });

  it('refuses a route in another group than the one that it was made for', () => {
    const strays: ReturnType<typeof echoOf>[] = [];
    const home = group('/:tenant', [], ({ route }) => {
      const stray = route('GET', '/a', async () => 1, { decode });
      strays.push(stray);
      return [];
    });
    routes([home]);
    expect(() => routes(strays)).toThrow(/made inside the group \/:tenant.*list it in its own/);
  });

  it('leaves what a route cannot be found by to others: one list serves two handlers', async () => {
    const list = [echoOf('GET', '/a')];
    const [one, other] = [await serve(routes(list)), await serve(routes([group('/b', [], list)]))];
    expect(await get(one.url, '/a')).toMatchObject({ status: 200 });
    expect((await get(other.url, '/b/a')).json.name).toBe('GET /b/a');
  });
});

it('httpHandler itself still takes its parameters from the host alone', async () => {
  const handler = httpHandler(async (seen: unknown) => seen, { decode: ({ params }) => params });
  const { url } = await serve((request, response) => {
    handler(Object.assign(request, { params: { id: '7' } }), response);
  });
  expect((await get(url, '/')).json).toEqual({ id: '7' });
});
