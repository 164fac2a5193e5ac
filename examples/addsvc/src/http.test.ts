import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createHttpServer } from '@fairlead/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHttpHandler } from './http.ts';
import { addService } from './service.ts';

const server = createHttpServer(addHttpHandler(addService));
let port = 0;

beforeAll(async () => {
  ({ port } = await server.listen());
});
afterAll(() => server.close());

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends as Go's client does: chunked, whatever the method, and no Content-Type. */
async function send({ method = 'POST', path = '/sum', body = '', headers = {} }: Sent) {
  const all = { 'transfer-encoding': 'chunked', ...headers };
  const outgoing: ClientRequest = request({ port, host: '127.0.0.1', method, path, headers: all });
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject).end(body);
  });
  return {
    status: reply.statusCode,
    type: reply.headers['content-type'],
    body: await text(reply),
  };
}

describe('addsvc over HTTP', () => {
  it.each([
    ['as Go writes them', '{"A":1,"B":2}\n'],
    ['in lower case', '{"a":1,"b":2}'],
    ['with one more', '{"a":1,"b":2,"c":3}'],
  ])('takes fields %s', async (_name, body) => {
    expect(await send({ body })).toEqual({
      status: 200,
      type: 'application/json; charset=utf-8',
      body: '{"v":3}',
    });
  });

  it('takes a missing field for zero', async () => {
    expect(await send({ body: '{"A":5}' })).toMatchObject({ status: 200, body: '{"v":5}' });
    expect(await send({ path: '/concat', body: '{"B":"b"}' })).toMatchObject({ body: '{"v":"b"}' });
  });

  it('serves any method, with a body even for GET', async () => {
    const body = '{"a":"1","b":"2"}';
    expect(await send({ method: 'GET', path: '/concat', body })).toMatchObject({
      body: '{"v":"12"}',
    });
  });

  it('answers an error of the business with 400 and its text', async () => {
    expect(await send({ body: '{"a":0,"b":0}' })).toMatchObject({
      status: 400,
      body: '{"error":"can\'t sum two zeroes"}',
    });
  });

  it.each([
    ['no body', ''],
    ['bad JSON', '{"a":'],
    ['a field of the wrong type', '{"a":"1","b":2}'],
    ['a number that is not whole', '{"a":1.5,"b":2}'],
    ['no object', '7'],
  ])('answers %s with 400', async (_name, body) => {
    const reply = await send({ body });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toEqual({ error: expect.stringMatching(/./) });
  });

  it.each(['/', '/sum/', '/nope', '/constructor'])('does not know %s', async (path) => {
    expect(await send({ path })).toMatchObject({ status: 404, body: '404 page not found\n' });
  });
});
