import express, { type Request } from 'express';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { expressHosts, serveApp } from '../../test/hosts.ts';
import { type HttpRequest, httpHandler, jsonBody } from '../index.ts';

const echo = httpHandler(async (body) => ({ body }), { decode: jsonBody() });
const headers = { 'content-type': 'application/json' };

/** What a decoder sees of where a request went. */
const where = httpHandler(async (seen: unknown) => seen, {
  decode: ({ params, path, query, method, headers: { 'x-tenant': tenant } }: HttpRequest) => ({
    params,
    inherits: 'toString' in params,
    path,
    query: [...query],
    method,
    tenant,
  }),
});

describe.each(expressHosts)('httpHandler on $name', ({ create }) => {
  it('takes the body that express.json() has read', async () => {
    const { url } = await serveApp(create().use(create.json()).post('/', echo));
    expect(await ask(url, { headers, body: '{"a":1}' })).toMatchObject({
      text: '{"body":{"a":1}}',
    });
    expect(await ask(url, { headers, body: ['{"a"', ':1}'] })).toMatchObject({
      text: '{"body":{"a":1}}',
    });
  });

  it('reads the body itself where express.json() left it alone', async () => {
    const { url } = await serveApp(create().use(create.json()).all('/', echo));
    // Without a type, as Go clients send it: Express 4 puts an empty object into request.body.
    expect(await ask(url, { body: '{"a":1}' })).toMatchObject({ text: '{"body":{"a":1}}' });
    expect(await ask(url, { method: 'GET' })).toMatchObject({ status: 400 });
  });

  it('takes bytes and text that other parsers have read', async () => {
    const { url } = await serveApp(
      create()
        .use(create.raw({ type: '*/*' }))
        .post('/', echo),
    );
    expect(await ask(url, { headers, body: '{"a":1}' })).toMatchObject({
      text: '{"body":{"a":1}}',
    });
    const size = httpHandler(async (bytes: Uint8Array) => bytes.length, {
      decode: (r) => r.bytes(),
    });
    const text = await serveApp(
      create()
        .use(create.text({ type: '*/*' }))
        .post('/', size),
    );
    expect(await ask(text.url, { body: 'éé' })).toMatchObject({ text: '4' });
  });

  it('checks what a body parser has read with the schema all the same', async () => {
    const { z } = await import('zod');
    const handler = httpHandler(async (r) => r, { decode: jsonBody(z.object({ a: z.number() })) });
    const { url } = await serveApp(create().use(create.json()).post('/', handler));
    expect(await ask(url, { headers, body: '{"a":1,"b":2}' })).toMatchObject({ text: '{"a":1}' });
    expect(await ask(url, { headers, body: '{"a":"1"}' })).toMatchObject({ status: 400 });
  });

  it.each([
    ['to its end', (request: Request, next: () => void) => request.on('end', next).resume()],
    ['in part', (request: Request, next: () => void) => request.once('data', () => next())],
  ])(
    'says so at once where something has read the body %s and kept nothing',
    async (_what, read) => {
      const app = create()
        .use((request, _response, next) => void read(request, () => next()))
        .post('/', echo);
      const { url } = await serveApp(app);
      const reply = await ask(url, { headers, body: '{"a":1}' });
      expect(reply).toMatchObject({ status: 500 });
      expect(reply.json.detail).toMatch(/read already: mount the handler before/);
    },
  );

  it('hands path parameters, query, headers and path to the decoder', async () => {
    const { url } = await serveApp(create().get('/profiles/:id/:part', where));
    const path = '/profiles/a%2Fb/%C3%A9?x=1&x=2&toString=3';
    const reply = await ask(url, { method: 'GET', path, headers: { 'X-Tenant': 'harbour' } });
    expect(reply.json).toEqual({
      params: { id: 'a/b', part: 'é' },
      inherits: false,
      path: '/profiles/a%2Fb/%C3%A9',
      query: [
        ['x', '1'],
        ['x', '2'],
        ['toString', '3'],
      ],
      method: 'GET',
      tenant: 'harbour',
    });
  });

  it('works in a mounted router and in a mounted app, which cut off their prefix', async () => {
    const router = create.Router({ mergeParams: true }).post('/users/:user', where);
    const inner = create().post('/:id', where);
    const { url } = await serveApp(create().use('/tenants/:tenant', router).use('/inner', inner));
    expect((await ask(url, { path: '/tenants/7/users/ada?q' })).json).toMatchObject({
      params: { tenant: '7', user: 'ada' },
      path: '/users/ada',
      query: [['q', '']],
    });
    expect((await ask(url, { path: '/inner/9' })).json).toMatchObject({ params: { id: '9' } });
  });

  it('leaves other routes and their errors to the app', async () => {
    const { url } = await serveApp(create().post('/sum', echo));
    expect(await ask(url, { path: '/other' })).toMatchObject({ status: 404 });
    expect(await ask(url, { path: '/sum', method: 'GET' })).toMatchObject({ status: 404 });
  });

  it('keeps the headers that the app has set', async () => {
    const app = create().use((_request, response, next) => {
      response.setHeader('x-request-id', '7');
      response.setHeader('content-type', 'text/html');
      next();
    });
    const { url } = await serveApp(app.post('/', echo));
    expect(await ask(url, { body: '1' })).toMatchObject({
      headers: { 'x-request-id': '7', 'content-type': 'application/json; charset=utf-8' },
    });
  });

  it('answers nothing twice where the app has answered already', async () => {
    const app = create().use((_request, response, next) => {
      response.status(202).send('taken');
      next();
    });
    const { url } = await serveApp(app.post('/', echo));
    expect(await ask(url, { body: '1' })).toMatchObject({ status: 202, text: 'taken' });
  });
});

it('is one handler for every version of Express at once', async () => {
  const { url } = await serveApp(express().use('/a', echo).use('/b', echo));
  expect(await ask(url, { path: '/b', body: '1' })).toMatchObject({ status: 200 });
});
