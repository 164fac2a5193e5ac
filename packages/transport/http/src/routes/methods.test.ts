import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { serve } from '../../test/hosts.ts';
import { exchange } from '../../test/raw.ts';
import { echoOf } from '../../test/route-echo.ts';
import { routes } from '../index.ts';

const crud = routes([
  echoOf('GET', '/items/:id'),
  echoOf('PUT', '/items/:key'),
  echoOf('POST', '/items'),
  echoOf('POST', '/items/:id'),
  echoOf('GET', '/items/new'),
]);

describe('the method of a request', () => {
  it('chooses among the routes of a path, which may name their parameters as they like', async () => {
    const { url } = await serve(crud);
    const name = async (method: string, path: string) =>
      (await ask(url, { method, path })).json.name;
    expect(await name('GET', '/items/7')).toBe('GET /items/:id');
    expect(await name('PUT', '/items/7')).toBe('PUT /items/:key');
    expect(await name('GET', '/items/new')).toBe('GET /items/new');
    // A route of another method does not hide this one.
    expect(await name('POST', '/items/new')).toBe('POST /items/:id');
  });

  it('gets 405 with Allow where the path has others', async () => {
    const { url } = await serve(crud);
    const reply = await ask(url, { method: 'DELETE', path: '/items/7' });
    expect(reply).toMatchObject({ status: 405, json: { code: 'unimplemented', status: 405 } });
    expect(reply.headers.allow?.split(', ').sort()).toEqual([
      'GET',
      'HEAD',
      'OPTIONS',
      'POST',
      'PUT',
    ]);
    const post = await ask(url, { method: 'GET', path: '/items' });
    expect(post).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
  });

  it('HEAD is served by GET, without the body', async () => {
    const { url } = await serve(crud);
    const reply = await ask(url, { method: 'HEAD', path: '/items/7' });
    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(Number(reply.headers['content-length'])).toBeGreaterThan(0);
    expect(await ask(url, { method: 'HEAD', path: '/items' })).toMatchObject({ status: 405 });
  });

  it('HEAD with a route of its own leaves the other paths to GET', async () => {
    const all = [echoOf('HEAD', '/a'), echoOf('GET', '/a'), echoOf('GET', '/bb')];
    const { url } = await serve(routes(all));
    const length = async (path: string) =>
      (await ask(url, { method: 'HEAD', path })).headers['content-length'];
    expect(await length('/a')).toBe(String('{"name":"HEAD /a","service":""}'.length));
    expect(await length('/bb')).toBe(String('{"name":"GET /bb","service":""}'.length));
  });

  it('OPTIONS is answered with Allow where no route takes it, and unknown paths stay unknown', async () => {
    const { url, port } = await serve(crud);
    const reply = await ask(url, { method: 'OPTIONS', path: '/items' });
    expect(reply).toMatchObject({ status: 204, text: '', headers: { allow: 'POST, OPTIONS' } });
    expect(await ask(url, { method: 'OPTIONS', path: '/nope' })).toMatchObject({ status: 404 });
    const head = 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    expect(await exchange(port, head)).toMatch(
      /^HTTP\/1.1 204 .*allow: GET, PUT, POST, HEAD, OPTIONS\r\n/s,
    );
    const own = await serve(routes([echoOf('OPTIONS', '/a'), echoOf('GET', '/a')]));
    expect(await ask(own.url, { method: 'OPTIONS', path: '/a' })).toMatchObject({ status: 200 });
  });

  it('any is served by a route of *, unless the path has one of its own', async () => {
    const all = [echoOf('*', '/a'), echoOf('GET', '/:x'), echoOf('PUT', '/a'), echoOf('GET', '/b')];
    const { url } = await serve(routes(all));
    const name = async (method: string, path = '/a') =>
      (await ask(url, { method, path })).json?.name;
    for (const method of ['POST', 'PATCH', 'OPTIONS', 'PROPFIND'])
      expect(await name(method)).toBe('/a');
    // The path of * is plain text, which goes before the parameter of the GET route.
    expect(await name('GET')).toBe('/a');
    expect(await name('PUT')).toBe('PUT /a');
    expect(await name('GET', '/c')).toBe('GET /:x');
    expect(await ask(url, { method: 'POST', path: '/b' })).toMatchObject({ status: 405 });
  });
});
