import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { serve } from '../../test/hosts.ts';
import { exchange, statusOf } from '../../test/raw.ts';
import { type HttpRequest, httpHandler, jsonBody, route, routes } from '../index.ts';

const inherited = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
];

/** What `Object.prototype` has; no request may add to it, or change what is there. */
const pristine = Object.getOwnPropertyNames(Object.prototype).sort();
function expectPristine(): void {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(pristine);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
}

describe.each(inherited)('the name %s', (name) => {
  it('is a path parameter like any other value', async () => {
    const params = ({ params }: HttpRequest) => ({ ...params });
    const handler = routes([
      route('GET', '/:id/*', async (seen: object) => seen, { decode: params }),
    ]);
    const { url } = await serve(handler);
    const reply = await ask(url, { method: 'GET', path: `/${name}/${name}/polluted` });
    expect(reply.json).toEqual({ id: name, '*': `${name}/polluted` });
    expectPristine();
  });

  it('is a query parameter, not a member of what is made of the query', async () => {
    const decode = ({ query }: HttpRequest) => query.getAll(name);
    const { url } = await serve(httpHandler(async (values: string[]) => values, { decode }));
    expect(await ask(url, { path: '/' })).toMatchObject({ text: '[]' });
    const path = `/?${name}=a&${name}[polluted]=b&${name}.polluted=c`;
    expect(await ask(url, { path })).toMatchObject({ text: '["a"]' });
    expectPristine();
  });

  it('is metadata where it was sent as a header, and nothing where it was not', async () => {
    const decode = (): undefined => undefined;
    const seen: unknown[] = [];
    const handler = httpHandler(async () => 'ok', {
      decode,
      before: [(_ctx, { requestMetadata }) => void seen.push(requestMetadata.get(name))],
    });
    const { port } = await serve(handler);
    const head = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n';
    expect(statusOf(await exchange(port, `${head}\r\n`))).toBe(200);
    expect(statusOf(await exchange(port, `${head}${name}: polluted\r\n\r\n`))).toBe(200);
    // Node drops a header of this name, as it can be no member of an object.
    expect(seen).toEqual([undefined, name === '__proto__' ? undefined : 'polluted']);
    expectPristine();
  });

  it('is harmless as a key of JSON, or refused', async () => {
    const { url } = await serve(httpHandler(async (body) => body, { decode: jsonBody() }));
    const body = `{"${name}":{"polluted":1}}`;
    const reply = await ask(url, { body });
    if (name === '__proto__') expect(reply).toMatchObject({ status: 400 });
    else expect(reply).toMatchObject({ status: 200, text: body });
    expectPristine();
  });
});
