import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Host, host } from '../test/hosts.ts';
import { jsonrpcMethod } from './method.ts';
import { jsonrpcHandler } from './server.ts';

let calls = 0;
const count = (params: unknown): unknown => {
  calls++;
  return params;
};
const echo = jsonrpcMethod(async (params: unknown) => params, { decode: count });
const add = jsonrpcMethod(async ({ n }) => n + 1, { decode: z.object({ n: z.int() }) });
const odd = jsonrpcMethod(async (of: unknown) => Reflect.get(values, String(of)), {
  decode: (params) => Object(params)[0],
});
const values = {
  nan: Number.NaN,
  infinity: -Infinity,
  bigint: { v: 1n },
  date: new Date(0),
  map: new Map([[1, 2]]),
};

let server: Host;
beforeAll(async () => {
  // Names that every object has are methods only where they are listed.
  server = await host(
    jsonrpcHandler({ echo, add, odd }, { maxBodyBytes: 8 * 1_048_576, onError: () => {} }),
  );
});
afterAll(() => server[Symbol.asyncDispose]());

const message = (method: string, params: string, id = '1'): string =>
  `{"jsonrpc":"2.0","method":"${method}","params":${params},"id":${id}}`;
const errorOf = async (body: string) => JSON.parse((await server.post(body)).body).error;

describe('what is too much is refused whole', { timeout: 20_000 }, () => {
  it.each([
    [
      'a batch of 100 000 calls',
      `[${Array(100_000).fill(message('echo', '[]')).join(',')}]`,
      -32_600,
    ],
    ['a batch of 100 000 numbers', `[${Array(100_000).fill('1').join(',')}]`, -32_600],
    [
      'parameters that nest too deep',
      message('echo', `${'['.repeat(64)}${']'.repeat(64)}`),
      -32_700,
    ],
    ['parameters that nest a million deep', message('echo', '['.repeat(1_000_000)), -32_700],
    ['a number that is none here', message('echo', '[1e400]'), -32_700],
  ])('%s', async (_what, body, code) => {
    calls = 0;
    const start = performance.now();
    expect(await errorOf(body)).toMatchObject({ code });
    expect(performance.now() - start).toBeLessThan(4000);
    expect(calls).toBe(0);
    expect(JSON.parse((await server.post(message('echo', '[1]'))).body)).toMatchObject({
      result: [1],
    });
  });

  it('but not what is merely much: 100 000 members', async () => {
    const members = Array.from({ length: 100_000 }, (_, i) => `"k${i}":${i}`).join(',');
    const { body } = await server.post(message('echo', `{${members}}`));
    expect(Object.keys(JSON.parse(body).result)).toHaveLength(100_000);
  });

  it('nor an id of a megabyte, which comes back whole', async () => {
    const id = JSON.stringify('i'.repeat(1_000_000));
    const { body } = await server.post(message('nope', '[]', id));
    expect(body.endsWith(`"id":${id}}`)).toBe(true);
    // The name of the method does not.
    expect((await server.post(message('n'.repeat(1_000_000), '[]'))).body.length).toBeLessThan(500);
  });
});

describe('names that every object has', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'])(
    '%s is no method',
    async (name) => {
      expect(await errorOf(message(name, '[]'))).toMatchObject({ code: -32_601 });
    },
  );

  it('pollute nothing as members of a message or of its parameters', async () => {
    expect(await errorOf(message('echo', '{"__proto__":{"polluted":1}}'))).toMatchObject({
      code: -32_700,
    });
    expect(await errorOf(message('echo', '{"constructor":{"prototype":{}}}'))).toMatchObject({
      code: -32_700,
    });
    const more = '{"toString":1,"polluted":2,"jsonrpc":"2.0","method":"echo","id":1}';
    expect(JSON.parse((await server.post(more)).body)).toMatchObject({ result: null });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('numbers', () => {
  it.each(['1.5', '9223372036854775807', '1e300', '"1"', 'null', '-1e20'])(
    'that are no safe integer are refused by a schema that asks for one: %s',
    async (n) => {
      expect(await errorOf(message('add', `{"n":${n}}`))).toMatchObject({ code: -32_602 });
    },
  );

  it.each([
    ['nan', 'null'],
    ['infinity', 'null'],
    ['date', '"1970-01-01T00:00:00.000Z"'],
    ['map', '{}'],
    ['none', 'null'],
  ])('and values go out as JSON.stringify writes them: %s as %s', async (name, json) => {
    const { body } = await server.post(message('odd', `["${name}"]`));
    expect(body).toBe(`{"jsonrpc":"2.0","result":${json},"id":1}`);
  });

  it('that are bigints have no JSON: internal, with a text that tells nothing', async () => {
    expect(await errorOf(message('odd', '["bigint"]'))).toMatchObject({
      code: -32_603,
      message: 'internal error',
    });
  });
});
