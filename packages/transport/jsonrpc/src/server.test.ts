import { operation, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deferred } from '../test/deferred.ts';
import { type Host, host } from '../test/hosts.ts';
import type { JsonrpcServerCall } from './call.ts';
import { type JsonrpcMethod, jsonrpcMethod } from './method.ts';
import { type JsonrpcHandlerOptions, jsonrpcHandler } from './server.ts';

const decode = (params: unknown): unknown => params;
const echo = jsonrpcMethod(async (params: unknown) => params, { decode });
const serve = (
  methods: Record<string, JsonrpcMethod>,
  options?: JsonrpcHandlerOptions,
): Promise<Host> => host(jsonrpcHandler(methods, options));
const call = (method: string, id?: unknown, params?: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params, id });
const failing = (error: unknown) => jsonrpcMethod(() => Promise.reject(error), { decode });

describe('what never was JSON-RPC has its own HTTP status', () => {
  it.each(['GET', 'PUT', 'DELETE', 'HEAD'])('405 for %s', async (method) => {
    await using server = await serve({ echo });
    const reply = await fetch(server.url, { method });
    expect(reply.status).toBe(405);
    expect(reply.headers.get('allow')).toBe('POST, OPTIONS');
  });

  it('204 for OPTIONS, with what is allowed', async () => {
    await using server = await serve({ echo });
    expect((await fetch(server.url, { method: 'OPTIONS' })).headers.get('allow')).toBe(
      'POST, OPTIONS',
    );
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/json-rpcs',
    'application/json; charset=latin1',
  ])('415 for %s', async (type) => {
    await using server = await serve({ echo });
    const reply = await server.post(call('echo', 1), { 'content-type': type });
    expect(reply.status).toBe(415);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'invalid_argument' });
  });

  it.each([
    {},
    { 'content-type': 'application/vnd.api+json' },
    { 'content-type': 'application/json-rpc' },
    { 'content-type': 'application/jsonrequest; charset=utf-8' },
    { 'content-type': 'application/json; charset=utf-8' },
  ])('200 for the headers %j', async (headers: Record<string, string>) => {
    await using server = await serve({ echo });
    expect(await server.post(call('echo', 1, []), headers)).toMatchObject({ status: 200 });
  });

  it('413 for a body over the limit', async () => {
    await using server = await serve({ echo }, { maxBodyBytes: 100 });
    expect((await server.post(call('echo', 1, ['x'.repeat(100)]))).status).toBe(413);
  });

  it('400 for a deadline that cannot be read', async () => {
    await using server = await serve({ echo });
    expect((await server.post(call('echo', 1), { 'grpc-timeout': 'soon' })).status).toBe(400);
  });
});

describe('what cannot be read as JSON gets -32700', () => {
  it.each([
    ['nothing', ''],
    ['half of it', '{"jsonrpc":'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a byte order mark', `\uFEFF${call('echo', 1)}`],
    ['an id beyond all numbers', '{"jsonrpc":"2.0","method":"echo","id":1e400}'],
    ['nesting beyond the limit', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['a key that poisons', '{"jsonrpc":"2.0","method":"echo","id":1,"params":{"__proto__":{}}}'],
  ])('%s', async (_name, body) => {
    await using server = await serve({ echo });
    const reply = await server.post(body);
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { code: -32_700 }, id: null });
  });
});

describe('a batch', () => {
  it('over the limit is refused whole', async () => {
    const calls: unknown[] = [];
    const count = jsonrpcMethod(async (params: unknown) => calls.push(params), { decode });
    await using server = await serve({ count }, { maxBatchSize: 2 });
    expect((await server.post(`[${call('count', 1)},${call('count', 2)}]`)).body).toMatch(
      /^\[\{.*\}\]$/,
    );
    const refused = await server.post(`[${call('count')},${call('count', 2)},${call('count', 3)}]`);
    expect(JSON.parse(refused.body)).toMatchObject({
      error: { code: -32_600, message: 'the batch has more than 2 messages' },
      id: null,
    });
    expect(calls).toHaveLength(2);
  });

  it('may have 100 messages where nobody said', async () => {
    await using server = await serve({ echo });
    const batch = (size: number) => server.post(`[${Array(size).fill(call('echo', 1)).join(',')}]`);
    expect(JSON.parse((await batch(100)).body)).toHaveLength(100);
    expect(JSON.parse((await batch(101)).body)).toMatchObject({
      error: { code: -32_600 },
      id: null,
    });
  });

  it('runs its calls at once, not more than the limit, and answers in their order', async () => {
    const gates = Array.from({ length: 5 }, () => deferred());
    const started: number[] = [];
    const arrived = Array.from({ length: 5 }, () => deferred());
    const wait = jsonrpcMethod(
      async (i: number) => {
        started.push(i);
        arrived[i]?.resolve();
        await gates[i]?.promise;
        return i;
      },
      { decode: (params) => Number(Object(params)[0]) },
    );
    await using server = await serve({ wait }, { maxBatchConcurrency: 3 });
    const reply = server.post(`[${[0, 1, 2, 3, 4].map((i) => call('wait', i, [i])).join(',')}]`);
    await arrived[2]?.promise;
    expect(started).toEqual([0, 1, 2]);
    gates[2]?.resolve();
    await arrived[3]?.promise;
    gates[1]?.resolve();
    await arrived[4]?.promise;
    for (const gate of gates) gate.resolve();
    expect(JSON.parse((await reply).body).map(({ result }: { result: number }) => result)).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });

  it('keeps one call from another: each has its own hooks, context and outcome', async () => {
    const outcomes: unknown[] = [];
    const operations: unknown[] = [];
    const hooks = {
      decode,
      finalize: [
        (
          _ctx: unknown,
          { id, operation: { method } }: JsonrpcServerCall,
          outcome: { status: number },
        ) => void outcomes.push([method, id, outcome.status]),
      ],
    };
    const good = jsonrpcMethod(
      async (_params: unknown, ctx) => void operations.push(ctx.get(operation)),
      hooks,
    );
    const bad = jsonrpcMethod(() => Promise.reject(new ServiceError('not_found', 'gone')), hooks);
    await using server = await serve({ good, bad }, { service: 'demo.Things' });
    await server.post(`[${call('good', 'a')},${call('bad', 2)},${call('good')}]`);
    expect(outcomes.sort()).toEqual([
      ['bad', '2', -32_000],
      ['good', '"a"', 0],
      ['good', undefined, 0],
    ]);
    expect(operations[0]).toEqual({
      side: 'server',
      transport: 'jsonrpc',
      service: 'demo.Things',
      method: 'good',
      kind: 'unary',
      idempotent: false,
      peer: '127.0.0.1',
    });
  });
});

describe('a deadline', () => {
  it('ends the calls that are late, and keeps the results of the others', async () => {
    const clock = fakeClock();
    const called = deferred();
    const hang = jsonrpcMethod(
      () => {
        called.resolve();
        return new Promise(() => {});
      },
      { decode },
    );
    const slow = jsonrpcMethod(async () => 1, { decode: () => new Promise(() => {}) });
    const seen: unknown[] = [];
    const onError = (error: unknown): void => void seen.push(error);
    const options = { clock, maxBatchConcurrency: 2, onError };
    await using server = await serve({ echo, hang, slow }, options);
    const calls = [call('echo', 1, []), call('slow', 2), call('hang', 3), call('echo', 4, [])];
    const reply = server.post(`[${calls.join(',')}]`, { 'connect-timeout-ms': '50' });
    await called.promise;
    await clock.advance(50);
    const late = {
      code: -32_000,
      message: 'deadline exceeded',
      data: { code: 'deadline_exceeded', retryable: false },
    };
    const { status, body } = await reply;
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual([
      { jsonrpc: '2.0', result: [], id: 1 },
      { jsonrpc: '2.0', error: late, id: 2 },
      { jsonrpc: '2.0', error: late, id: 3 },
      { jsonrpc: '2.0', error: late, id: 4 },
    ]);
    expect(clock.pending()).toBe(0);
    // It was the methods' to see.
    expect(seen).toEqual([]);
  });

  it('is that of the handler where the client has none, and leaves no timer', async () => {
    const clock = fakeClock();
    const remaining = jsonrpcMethod(async (_: unknown, ctx) => ctx.remainingMs(), { decode });
    await using server = await serve({ remaining }, { clock, timeoutMs: 70 });
    expect(JSON.parse((await server.post(call('remaining', 1))).body).result).toBe(70);
    expect(clock.pending()).toBe(0);
  });
});

it('ends every call of a batch when the client hangs up', async () => {
  const called = [deferred(), deferred()];
  const ended = [deferred<string>(), deferred<string>()];
  const hang = jsonrpcMethod(
    (i: number, ctx) => {
      ctx.onAbort(({ code }) => ended[i]?.resolve(code));
      called[i]?.resolve();
      return new Promise(() => {});
    },
    { decode: (params) => Number(Object(params)[0]) },
  );
  await using server = await serve({ hang });
  const controller = new AbortController();
  const body = `[${call('hang', 1, [0])},${call('hang', undefined, [1])}]`;
  const left = fetch(server.url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
    signal: controller.signal,
  }).catch(() => 'left');
  await Promise.all(called.map(({ promise }) => promise));
  controller.abort();
  expect(await left).toBe('left');
  expect(await Promise.all(ended.map(({ promise }) => promise))).toEqual(['canceled', 'canceled']);
});

describe('onError of the handler', () => {
  it('sees what reaches no method, and nothing else', async () => {
    const seen: string[] = [];
    const own: string[] = [];
    const onError = (error: unknown): void => void seen.push(String(error));
    const fails = jsonrpcMethod(() => Promise.reject(new Error('mine')), {
      decode,
      onError: (error) => own.push(String(error)),
    });
    await using server = await serve({ fails }, { onError });
    await server.post(`[${call('fails', 1)},${call('nope', 2)},7]`);
    await server.post('{');
    await fetch(server.url);
    expect(own).toEqual(['Error: mine']);
    expect(seen).toEqual([
      'ServiceError: method "nope" not found',
      'ServiceError: invalid request: a request must be an object',
      expect.stringContaining('ServiceError: the body is not valid JSON'),
      'ServiceError: method GET not allowed: use POST, OPTIONS',
    ]);
  });
});

it('closes a stream, which it cannot answer with, and says so to onError', async () => {
  const seen: unknown[] = [];
  const closed = deferred();
  const stream: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        closed.resolve();
        return { done: true, value: undefined };
      },
    }),
  };
  const streams = jsonrpcMethod(async () => stream, {
    decode,
    onError: (error) => seen.push(error),
  });
  await using server = await serve({ streams });
  expect((await server.post(call('streams', 1))).body).toContain('internal error');
  await closed.promise;
  expect(String(seen)).toBe('TypeError: a stream cannot be a JSON-RPC result');
});

it('refuses at once to take a name that the specification reserves', () => {
  expect(() => jsonrpcHandler({ 'rpc.discover': echo })).toThrow('rpc.discover');
});

it('answers invalid parameters with -32602 and the issues', async () => {
  const sum = jsonrpcMethod(async ({ a, b }: { a: number; b: number }) => a + b, {
    decode: z.union([
      z.object({ a: z.number(), b: z.number() }),
      z.tuple([z.number(), z.number()]).transform(([a, b]) => ({ a, b })),
    ]),
  });
  await using server = await serve({ sum });
  expect(JSON.parse((await server.post(call('sum', 1, { a: 1, b: 2 }))).body).result).toBe(3);
  expect(JSON.parse((await server.post(call('sum', 1, [1, 2]))).body).result).toBe(3);
  expect(JSON.parse((await server.post(call('sum', 1))).body)).toMatchObject({
    error: {
      code: -32_602,
      message: expect.stringMatching(/^invalid params: ./),
      data: { code: 'invalid_argument', details: { issues: [{ path: '' }] } },
    },
  });
});

it('says nothing of an error that is none of the caller’s business', async () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  await using server = await serve({
    throws: failing(new Error('SELECT password')),
    big: jsonrpcMethod(async () => 1n, { decode }),
    cyclic: jsonrpcMethod(async () => cyclic, { decode }),
    symbol: jsonrpcMethod(async () => Symbol('x'), { decode }),
    details: failing(new ServiceError('aborted', 'x', { details: cyclic })),
  });
  for (const method of ['throws', 'big', 'cyclic', 'symbol', 'details']) {
    const { body } = await server.post(call(method, 1));
    expect(body).toBe(
      '{"jsonrpc":"2.0","error":{"code":-32603,"message":"internal error","data":{"code":"internal","retryable":false}},"id":1}',
    );
  }
});
