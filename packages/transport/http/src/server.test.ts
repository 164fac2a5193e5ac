import { type Failer, failure, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { ask } from '../test/ask.ts';
import { hosts } from '../test/hosts.ts';
import { httpHandler, httpHeaders, httpStatus, jsonBody } from './index.ts';

const decode = jsonBody<{ a: number; b: number }>();
const sum = async ({ a, b }: { a: number; b: number }) => ({ v: a + b });
const bare = () => undefined;

/** A handler that answers every request with this. */
function answers(response: unknown) {
  return httpHandler(async () => response, { decode: bare });
}

/** A handler that fails every request with this. */
function fails(error: unknown) {
  return httpHandler(() => Promise.reject(error), { decode: bare });
}

describe.each(hosts)('httpHandler on $name', ({ serve }) => {
  it('takes JSON in and sends JSON back, with its length', async () => {
    const { url } = await serve(httpHandler(sum, { decode }));
    const headers = { 'content-type': 'application/json' };
    const reply = await ask(url, { headers, body: '{"a":1,"b":2}' });
    expect(reply).toMatchObject({ status: 200, reason: 'OK', text: '{"v":3}' });
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': '7',
    });
  });

  it('takes a chunked body without a type on any method, as Go clients send it', async () => {
    const { url } = await serve(httpHandler(sum, { decode }));
    for (const method of ['POST', 'GET', 'PUT', 'DELETE']) {
      const headers = { 'transfer-encoding': 'chunked' };
      const reply = await ask(url, { method, headers, body: ['{"a":1,', '"b"', ':2}\n'] });
      expect(reply).toMatchObject({ status: 200, text: '{"v":3}' });
    }
  });

  it.each([
    [[200, 201, 202, 206, 299], '{"id":7}'],
    [[204], ''],
  ] as const)(
    'answers with the statuses %j of a response, and with its headers',
    async (statuses, text) => {
      for (const status of statuses) {
        const headers = { location: '/profiles/7', 'set-cookie': ['a=1', 'b=2'] };
        const { url } = await serve(
          answers({ id: 7, [httpStatus]: status, [httpHeaders]: headers }),
        );
        const reply = await ask(url);
        expect(reply).toMatchObject({ status, text });
        expect(reply.headers).toMatchObject(headers);
        expect(reply.headers['content-length']).toBe(status === 204 ? undefined : '8');
      }
    },
  );

  it('answers undefined with an empty 204, and null with null', async () => {
    expect(await ask((await serve(answers(undefined))).url)).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await ask((await serve(answers(null))).url)).toMatchObject({
      status: 200,
      text: 'null',
    });
  });

  it('keeps the connection in step after a 204 whose encoder brings a body all the same', async () => {
    const encode = () => ({ status: 204, headers: {}, body: 'too much' });
    const { url } = await serve(httpHandler(async () => 1, { decode: bare, encode }));
    expect(await ask(url)).toMatchObject({ status: 204, text: '' });
  });

  it('answers an error with problem+json that repeats the status', async () => {
    const details = { limit: 3 };
    const { url } = await serve(
      fails(new ServiceError('resource_exhausted', 'slow down', { retryAfterMs: 1250, details })),
    );
    const reply = await ask(url);
    expect(reply).toMatchObject({ status: 429, reason: 'Too Many Requests' });
    expect(reply.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '2',
    });
    expect(reply.json).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'slow down',
      code: 'resource_exhausted',
      retryable: true,
      retryAfterMs: 1250,
      details,
    });
  });

  it('does not ask for a wait that has no end', async () => {
    const endless = new ServiceError('unavailable', 'later', {
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
    const reply = await ask((await serve(fails(endless))).url);
    expect(reply).toMatchObject({ status: 503 });
    expect(reply.headers).not.toHaveProperty('retry-after');
  });

  it('answers an error with the status and the headers that it brings', async () => {
    const teapot = new ServiceError('failed_precondition', 'short and stout');
    const { url } = await serve(
      fails(Object.assign(teapot, { [httpStatus]: 418, [httpHeaders]: { 'x-spout': 'yes' } })),
    );
    const reply = await ask(url);
    expect(reply).toMatchObject({ status: 418, headers: { 'x-spout': 'yes' } });
    expect(reply.json).toMatchObject({ status: 418, title: "I'm a Teapot" });
  });

  it('says with every 401 how to do better, and lets an error say it better', async () => {
    const error = new ServiceError('unauthenticated', 'who are you?');
    const plain = await ask((await serve(fails(error))).url);
    expect(plain).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    const own = { 'www-authenticate': 'Basic realm="pier"' };
    const marked = Object.assign(error, { [httpHeaders]: own });
    expect(await ask((await serve(fails(marked))).url)).toMatchObject({ headers: own });
  });

  it('answers a business error inside a response like one that was thrown', async () => {
    const response: Failer = { [failure]: new ServiceError('already_exists', 'taken') };
    const reply = await ask((await serve(answers(response))).url);
    expect(reply).toMatchObject({ status: 409 });
    expect(reply.json).toMatchObject({ code: 'already_exists', detail: 'taken' });
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  it.each([
    ['a BigInt', { v: 1n }],
    ['a cycle', cycle],
    ['a function', () => 1],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('SELECT 1');
        },
      },
    ],
    ['a status that does not exist', { [httpStatus]: 9999 }],
    ['a status that announces another', { [httpStatus]: 100 }],
    ['a status that is no number', { [httpStatus]: Number.NaN }],
    ['a header with a line break', { [httpHeaders]: { 'x-note': 'a\r\nset-cookie: evil=1' } }],
    ['a header whose name has one', { [httpHeaders]: { 'x\r\nevil': '1' } }],
  ])('answers a clean 500 where a response has %s', async (_what, response) => {
    const { url } = await serve(answers(response));
    for (const _twice of [1, 2]) {
      const reply = await ask(url);
      expect(reply).toMatchObject({ status: 500, reason: 'Internal Server Error' });
      expect(reply.json).toMatchObject({ status: 500, code: 'internal', detail: 'internal error' });
      expect(reply.headers).not.toHaveProperty('set-cookie');
    }
  });

  it.each([
    ['details that are no JSON', new ServiceError('not_found', 'gone', { details: { v: 1n } })],
    [
      'a status that does not exist',
      Object.assign(new ServiceError('not_found', 'gone'), { [httpStatus]: 1 }),
    ],
    [
      'a header with a line break',
      Object.assign(new ServiceError('not_found', 'gone'), { [httpHeaders]: { a: '\r\n' } }),
    ],
  ])('answers a bare 500 where an error has %s', async (_what, error) => {
    const { url } = await serve(fails(error));
    const reply = await ask(url);
    expect(reply).toMatchObject({ status: 500, reason: 'Internal Server Error', text: '' });
    expect(reply.headers).toMatchObject({ connection: 'close' });
  });

  it('sends its own length whatever length and coding a response claims', async () => {
    const claims = { 'Content-Length': '1', 'transfer-encoding': 'chunked' };
    const reply = await ask((await serve(answers({ v: 3, [httpHeaders]: claims }))).url);
    expect(reply).toMatchObject({ text: '{"v":3}', headers: { 'content-length': '7' } });
    expect(reply.headers).not.toHaveProperty('transfer-encoding');
  });

  it('answers HEAD with the headers of GET alone', async () => {
    const { url } = await serve(
      httpHandler(async () => ({ v: 3 }), { decode: bare, methods: ['GET'] }),
    );
    const reply = await ask(url, { method: 'HEAD' });
    expect(reply).toMatchObject({ status: 200, text: '', headers: { 'content-length': '7' } });
  });

  it('answers OPTIONS and refuses other methods with those that it serves', async () => {
    const handler = httpHandler(sum, { decode, methods: ['GET', 'POST'] });
    const { url } = await serve(handler);
    const options = await ask(url, { method: 'OPTIONS' });
    expect(options).toMatchObject({ status: 204, headers: { allow: 'GET, POST, HEAD, OPTIONS' } });
    const refused = await ask(url, { method: 'DELETE' });
    expect(refused).toMatchObject({ status: 405, headers: { allow: 'GET, POST, HEAD, OPTIONS' } });
    expect(refused.json).toMatchObject({ code: 'unimplemented', status: 405 });
  });

  it('names OPTIONS once where the endpoint serves it itself', async () => {
    const { url } = await serve(
      httpHandler(async () => 'mine', { decode: bare, methods: ['OPTIONS'] }),
    );
    expect(await ask(url, { method: 'OPTIONS' })).toMatchObject({ status: 200, text: '"mine"' });
    expect(await ask(url)).toMatchObject({ status: 405, headers: { allow: 'OPTIONS' } });
  });

  it('serves requests one after the other on one connection, each with its own answer', async () => {
    const { url } = await serve(httpHandler(sum, { decode }));
    const bodies = Array.from({ length: 50 }, (_, a) => `{"a":${a},"b":1}`);
    const replies = await Promise.all(bodies.map((body) => ask(url, { body })));
    expect(replies.map(({ json }) => json.v)).toEqual(bodies.map((_, a) => a + 1));
  });
});

describe('httpHandler', () => {
  it.each([[[]], [['post']], [['']], [['GET ']]])('refuses the methods %j', (methods) => {
    expect(() => httpHandler(sum, { decode, methods })).toThrow(/methods must be HTTP methods/);
  });

  it.each([
    ['timeoutMs', -1],
    ['maxBodyBytes', Number.NaN],
    ['maxJsonDepth', 0],
  ])('refuses %s of %d where it is written', (name, value) => {
    expect(() => httpHandler(sum, { decode, [name]: value })).toThrow(
      new RegExp(`^${name} must be`),
    );
  });

  it('makes an endpoint of a function that throws', async () => {
    const boom = () => {
      throw new ServiceError('not_found', 'gone');
    };
    const { url } = await (hosts[0] ?? expect.fail()).serve(httpHandler(boom, { decode: bare }));
    expect(await ask(url)).toMatchObject({ status: 404 });
  });
});
