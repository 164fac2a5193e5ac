import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Host, host } from '../test/hosts.ts';
import { jsonrpcMethod } from './method.ts';
import { jsonrpcHandler } from './server.ts';

const seen: unknown[] = [];
const echo = jsonrpcMethod(async (params: unknown) => ({ params }), { decode: (params) => params });
const nothing = jsonrpcMethod(async () => undefined, { decode: () => undefined });
const note = jsonrpcMethod(async (params: unknown) => seen.push(params), { decode: (p) => p });

let server: Host;
beforeAll(async () => {
  server = await host(jsonrpcHandler({ echo, nothing, note, '': echo }));
});
afterAll(() => server[Symbol.asyncDispose]());

const request = (members: string) => `{"jsonrpc":"2.0",${members}}`;
const codeOf = async (body: string) => JSON.parse((await server.post(body)).body).error?.code;

describe('an id comes back exactly as it was sent', () => {
  it.each([
    '0',
    '-0',
    '1',
    '1.0',
    '1e2',
    '1.50',
    '12345.6',
    '-7',
    '0.1e-5',
    'null',
    '""',
    '"a"',
    '"0"',
    '9007199254740993',
    '12345678901234567890123',
    '"\\u00e9\\"\\\\"',
    '"漢🚢"',
    '"\\ud800"',
    '"id"',
    '"{[,]}"',
  ])('%s', async (id) => {
    const answer = `{"jsonrpc":"2.0","result":{},"id":${id}}`;
    expect((await server.post(request(`"method":"echo","id":${id}`))).body).toBe(answer);
    expect((await server.post(request(`"id" :\t${id}\r\n , "method":"echo"`))).body).toBe(answer);
    expect((await server.post(`[${request(`"method":"echo","id":${id}`)}]`)).body).toBe(
      `[${answer}]`,
    );
    const failed = await server.post(request(`"method":"nope","id":${id}`));
    expect(failed.body).toMatch(/"code":-32601/);
    expect(failed.body.endsWith(`,"id":${id}}`)).toBe(true);
  });

  it('that counts: the last of several, one written with escapes, none of the parameters', async () => {
    const members = '"params":{"id":1,"x":[{"id":2}]},"id":3,"method":"echo","\\u0069d":4.0';
    expect((await server.post(request(members))).body).toMatch(/,"id":4\.0\}$/);
  });

  it('for each of a batch, also where two are the same', async () => {
    const call = (id: string) => request(`"method":"echo","params":["],[",{}],"id":${id}`);
    const { body } = await server.post(` [ ${['1', '2.0', '1', '"1"'].map(call).join(' , ')} ]`);
    expect([...body.matchAll(/"id":([^}]*)\}/g)].map(([, id]) => id)).toEqual([
      '1',
      '2.0',
      '1',
      '"1"',
    ]);
  });

  it.each(['{}', '[]', '[1]', 'true', 'false', '{"id":1}'])('unless it is %s', async (id) => {
    const { status, body } = await server.post(request(`"method":"echo","id":${id}`));
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ error: { code: -32_600 }, id: null });
  });
});

describe('a message that is no request', () => {
  it.each([
    ['no version', '{"method":"echo","id":1}'],
    ['another version', '{"jsonrpc":"1.0","method":"echo","id":1}'],
    ['a version that is a number', '{"jsonrpc":2.0,"method":"echo","id":1}'],
    ['no method', request('"id":1')],
    ['a method that is null', request('"method":null,"id":1')],
    ['a method that is an array', request('"method":["echo"],"id":1')],
    ['params that are text', request('"method":"echo","params":"x","id":1')],
    ['params that are a number', request('"method":"echo","params":0,"id":1')],
    ['params that are false', request('"method":"echo","params":false,"id":1')],
  ])('has %s, and gets -32600 with its id', async (_name, body) => {
    expect(JSON.parse((await server.post(body)).body)).toMatchObject({
      jsonrpc: '2.0',
      error: { code: -32_600, data: { code: 'invalid_argument' } },
      id: 1,
    });
  });

  it.each(['1', '"x"', 'null', 'true', '[[]]', '[null]', '{}', '{"id":[]}'])('%s', async (body) => {
    expect(JSON.parse((await server.post(body)).body)).toEqual(
      body.startsWith('[')
        ? [expect.objectContaining({ id: null })]
        : expect.objectContaining({ id: null }),
    );
  });
});

describe('parameters', () => {
  it.each([
    ['"params":{"a":1},', { a: 1 }],
    ['"params":[1,[2]],', [1, [2]]],
    ['"params":{},', {}],
    ['"params":[],', []],
    ['"params":null,', undefined],
    ['', undefined],
  ])('%s reach the decoder', async (members, params) => {
    const { body } = await server.post(request(`${members}"method":"echo","id":1`));
    expect(JSON.parse(body).result).toEqual({ params });
  });

  it('may come with members that nobody knows', async () => {
    const { body } = await server.post(request('"method":"echo","id":1,"trace":"x"'));
    expect(body).toBe('{"jsonrpc":"2.0","result":{},"id":1}');
  });
});

describe('the name of a method', () => {
  it.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'rpc.discover',
    'rpc.',
    'Echo',
    'echo ',
  ])('%s is not found', async (name) => {
    expect(await codeOf(request(`"method":${JSON.stringify(name)},"id":1`))).toBe(-32_601);
  });

  it('may be empty, since it may be any text', async () => {
    expect(await codeOf(request('"method":"","id":1'))).toBeUndefined();
  });

  it('is shown shortened where it is not found', async () => {
    const { body } = await server.post(request(`"method":"${'x'.repeat(10_000)}","id":1`));
    expect(body.length).toBeLessThan(400);
  });
});

describe('a notification', () => {
  it('is run, and answered with 204 when it is done', async () => {
    seen.length = 0;
    const reply = await server.post(request('"method":"note","params":[7]'));
    expect(reply).toMatchObject({ status: 204, body: '' });
    expect(reply.headers.get('content-type')).toBeNull();
    expect(seen).toEqual([[7]]);
  });

  it('has no answer even where it fails', async () => {
    const fails = jsonrpcMethod(() => Promise.reject(new Error('x')), { decode: () => undefined });
    await using failing = await host(jsonrpcHandler({ fails }));
    expect((await failing.post(request('"method":"fails"'))).status).toBe(204);
    const mixed = `[${request('"method":"fails"')},${request('"method":"fails","id":null')}]`;
    expect(JSON.parse((await failing.post(mixed)).body)).toHaveLength(1);
  });
});

it('takes the empty version of Go kit’s clients', async () => {
  const { body } = await server.post('{"jsonrpc":"","method":"echo","params":{},"id":0}\n');
  expect(body).toBe('{"jsonrpc":"2.0","result":{"params":{}},"id":0}');
});

it('answers undefined with null, since an answer has a result', async () => {
  const { body } = await server.post(request('"method":"nothing","id":1'));
  expect(body).toBe('{"jsonrpc":"2.0","result":null,"id":1}');
});
