import { createHttpServer } from '@fairlead/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addJsonrpcHandler } from './jsonrpc.ts';
import { addService } from './service.ts';

const server = createHttpServer(addJsonrpcHandler(addService));
let url = '';

beforeAll(async () => {
  const { port } = await server.listen();
  url = `http://127.0.0.1:${port}`;
});
afterAll(() => server.close());

async function post(body: string, path = '/'): Promise<unknown> {
  const reply = await fetch(url + path, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
  });
  expect(reply.status).toBe(200);
  return reply.json();
}

describe('addsvc over JSON-RPC', () => {
  it.each(['{"A":1,"B":2}', '{"a":1,"b":2}', '{"a":1,"b":2,"c":3}'])(
    'takes %s, as Go does',
    async (params) => {
      const body = `{"jsonrpc":"2.0","method":"sum","params":${params},"id":0}\n`;
      expect(await post(body, '/any/path')).toEqual({ jsonrpc: '2.0', result: { v: 3 }, id: 0 });
    },
  );

  it('answers an error of the business with its text', async () => {
    expect(await post('{"jsonrpc":"2.0","method":"sum","params":{},"id":7}')).toEqual({
      jsonrpc: '2.0',
      error: {
        code: -32_602,
        message: "can't sum two zeroes",
        data: { code: 'invalid_argument', retryable: false },
      },
      id: 7,
    });
  });

  it('serves a batch', async () => {
    const sum = '{"jsonrpc":"2.0","method":"sum","params":{"a":1,"b":2},"id":1}';
    const concat = '{"jsonrpc":"2.0","method":"concat","params":{"a":"a","b":"b"},"id":2}';
    expect(await post(`[${sum},${concat}]`)).toMatchObject([
      { result: { v: 3 } },
      { result: { v: 'ab' } },
    ]);
  });

  it.each([
    ['{"a":"1","b":2}', -32_602],
    ['[1,2]', -32_602],
    ['7', -32_600],
  ])('refuses the parameters %s', async (params, code) => {
    const body = `{"jsonrpc":"2.0","method":"sum","params":${params},"id":1}`;
    expect(await post(body)).toMatchObject({ error: { code } });
  });
});
