import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Host, host } from '../test/hosts.ts';
import { jsonrpcMethod } from './method.ts';
import { jsonrpcHandler } from './server.ts';

/** The methods that the examples of the specification call. */
const methods = {
  subtract: jsonrpcMethod(
    async ([minuend, subtrahend]: readonly number[]) => Number(minuend) - Number(subtrahend),
    {
      decode: (params) =>
        Array.isArray(params) ? params : [Object(params).minuend, Object(params).subtrahend],
    },
  ),
  sum: jsonrpcMethod(async (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0), {
    decode: (params) => (Array.isArray(params) ? params : []),
  }),
  get_data: jsonrpcMethod(async () => ['hello', 5], { decode: () => undefined }),
  update: jsonrpcMethod(async () => {}, { decode: () => undefined }),
  notify_hello: jsonrpcMethod(async () => {}, { decode: () => undefined }),
  notify_sum: jsonrpcMethod(async () => {}, { decode: () => undefined }),
};

/** An error of this code, whatever its text: the specification leaves the texts to servers. */
const failed = (code: number, id: unknown) => ({
  jsonrpc: '2.0',
  error: expect.objectContaining({ code, message: expect.stringMatching(/./) }),
  id,
});
const done = (result: unknown, id: unknown) => ({ jsonrpc: '2.0', result, id });

/** Section 7 of the specification, in its order and its words. */
const examples: readonly (readonly [name: string, sent: string, answered: unknown])[] = [
  [
    'positional parameters',
    '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}',
    done(19, 1),
  ],
  [
    'positional parameters, the other way round',
    '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}',
    done(-19, 2),
  ],
  [
    'named parameters',
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
    done(19, 3),
  ],
  [
    'named parameters, the other way round',
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
    done(19, 4),
  ],
  ['a notification', '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', undefined],
  [
    'a notification of a method that is not there',
    '{"jsonrpc": "2.0", "method": "foobar"}',
    undefined,
  ],
  [
    'a call of a method that is not there',
    '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}',
    failed(-32_601, '1'),
  ],
  [
    'a call with invalid JSON',
    '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
    failed(-32_700, null),
  ],
  [
    'a call that is no request',
    '{"jsonrpc": "2.0", "method": 1, "params": "bar"}',
    failed(-32_600, null),
  ],
  [
    'a batch with invalid JSON',
    '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]',
    failed(-32_700, null),
  ],
  ['an empty array', '[]', failed(-32_600, null)],
  ['an invalid batch that is not empty', '[1]', [failed(-32_600, null)]],
  [
    'an invalid batch',
    '[1,2,3]',
    [failed(-32_600, null), failed(-32_600, null), failed(-32_600, null)],
  ],
  [
    'a batch',
    `[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ]`,
    [
      done(7, '1'),
      done(19, '2'),
      failed(-32_600, null),
      failed(-32_601, '5'),
      done(['hello', 5], '9'),
    ],
  ],
  [
    'a batch of notifications',
    `[
        {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
    ]`,
    undefined,
  ],
];

let server: Host;
beforeAll(async () => {
  server = await host(jsonrpcHandler(methods));
});
afterAll(() => server[Symbol.asyncDispose]());

describe('the examples of the specification', () => {
  it.each(examples)('%s', async (_name, sent, answered) => {
    const { status, headers, body } = await server.post(sent);
    if (answered === undefined) {
      expect({ status, body }).toEqual({ status: 204, body: '' });
    } else {
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(JSON.parse(body)).toEqual(answered);
    }
  });
});
