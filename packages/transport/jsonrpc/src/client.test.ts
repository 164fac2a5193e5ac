import { background, ServiceError } from '@fairlead/endpoint';
import { createHttpClient } from '@fairlead/http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deferred } from '../test/deferred.ts';
import { host, type Scripted, scripted } from '../test/hosts.ts';
import { createJsonrpcClient } from './client.ts';
import type { JsonrpcClientCall } from './client-call.ts';
import { jsonrpcMethod } from './method.ts';
import { jsonrpcHandler } from './server.ts';

/** What calling a server that always says the same comes to. */
async function callOf(body: string, status = 200): Promise<unknown> {
  await using server = await scripted((_body, response) => {
    response.statusCode = status;
    return body;
  });
  await using client = createJsonrpcClient(server.url);
  return await client.endpoint<object, unknown>({ method: 'm' })({}, background);
}

async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  const failure = await call.then(
    (value) => new Error(`it answered ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (failure instanceof ServiceError) return failure;
  throw failure;
}

describe('what goes out', () => {
  const ok = (): Promise<Scripted> =>
    scripted((body) => `{"jsonrpc":"2.0","result":1,"id":${JSON.parse(body).id ?? null}}`);

  it('is a request with an id that counts from 0 for each client', async () => {
    await using server = await ok();
    await using client = createJsonrpcClient(server.url);
    const [a, b] = [client.endpoint({ method: 'a' }), client.endpoint({ method: 'b' })];
    await a({ x: 1 }, background);
    await b([1, 'y'], background);
    await a(undefined, background);
    await a(null, background);
    expect(server.bodies).toEqual([
      '{"jsonrpc":"2.0","method":"a","params":{"x":1},"id":0}',
      '{"jsonrpc":"2.0","method":"b","params":[1,"y"],"id":1}',
      '{"jsonrpc":"2.0","method":"a","id":2}',
      '{"jsonrpc":"2.0","method":"a","id":3}',
    ]);
  });

  it('is what encode makes of the request', async () => {
    await using server = await ok();
    await using client = createJsonrpcClient(server.url);
    const add = client.endpoint({
      method: 'add',
      encode: ({ a, b }: { a: number; b: number }) => [a, b],
    });
    await add({ a: 1, b: 2 }, background);
    expect(JSON.parse(server.bodies[0] ?? '')).toMatchObject({ params: [1, 2] });
  });

  it('is nothing where the request is no object and no array, or has no JSON', async () => {
    await using server = await ok();
    await using client = createJsonrpcClient(server.url);
    const call = client.endpoint<unknown, unknown>({ method: 'm' });
    expect((await failureOf(call('text', background))).message).toContain('wrap it in encode');
    expect((await failureOf(call([1n], background))).code).toBe('internal');
    expect(server.bodies).toEqual([]);
  });

  it('goes to the path and query of the URL, with the headers of client, endpoint and hooks', async () => {
    const seen: unknown[] = [];
    await using server = await scripted((_body, _response, { url, method, headers }) => {
      seen.push({ url, method, headers });
      return '{"jsonrpc":"2.0","result":1,"id":0}';
    });
    await using client = createJsonrpcClient(`${server.url}rpc?key=7`, {
      headers: { 'x-a': '1', 'x-b': '1' },
    });
    const call = client.endpoint({
      method: 'm',
      headers: { 'x-b': '2' },
      before: [(_ctx, { requestMetadata }) => requestMetadata.set('x-c', '3')],
    });
    await call({}, background);
    expect(seen).toEqual([
      {
        url: '/rpc?key=7',
        method: 'POST',
        headers: expect.objectContaining({
          accept: 'application/json',
          'content-type': 'application/json; charset=utf-8',
          'grpc-timeout': expect.any(String),
          'x-a': '1',
          'x-b': '2',
          'x-c': '3',
        }),
      },
    ]);
  });
});

describe('an answer', () => {
  it.each([
    ['with a result', '{"jsonrpc":"2.0","result":{"v":3},"id":0}', { v: 3 }],
    ['with null', '{"jsonrpc":"2.0","result":null,"id":0}', null],
    ['without a result, as Go kit leaves out an empty one', '{"jsonrpc":"2.0","id":0}', undefined],
    ['with an error that is null', '{"jsonrpc":"2.0","result":1,"error":null,"id":0}', 1],
    ['in an array', '[{"jsonrpc":"2.0","result":1,"id":0}]', 1],
  ])('%s is taken', async (_name, body, result) => {
    expect(await callOf(body)).toEqual(result);
  });

  it.each([
    ['another id', '{"jsonrpc":"2.0","result":1,"id":1}', 'no answer to the request with id 0'],
    [
      'the id as text',
      '{"jsonrpc":"2.0","result":1,"id":"0"}',
      'no answer to the request with id 0',
    ],
    [
      'a result without an id',
      '{"jsonrpc":"2.0","result":1,"id":null}',
      'no answer to the request',
    ],
    ['no version', '{"result":1,"id":0}', 'not JSON-RPC 2.0'],
    ['another version', '{"jsonrpc":"1.0","result":1,"id":0}', 'not JSON-RPC 2.0'],
    ['an answer and something else', '[{"jsonrpc":"2.0","result":1,"id":0},7]', 'not JSON-RPC 2.0'],
    ['no body', '', 'no answer to the request with id 0'],
    ['no JSON', '<html>', 'unreadable reply'],
    ['a bare value', '7', 'not JSON-RPC 2.0'],
  ])('with %s is refused', async (_name, body, message) => {
    const error = await failureOf(callOf(body));
    expect(error).toMatchObject({ code: 'internal', message: expect.stringContaining(message) });
  });

  it.each([
    [
      'with its id',
      '{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method nope was not found."},"id":0}',
      'unimplemented',
    ],
    [
      'with the id null, as Go kit 0.10 does',
      '{"jsonrpc":"2.0","error":{"code":-32603,"message":"rate limit exceeded"},"id":null}',
      'internal',
    ],
    [
      'without an id',
      '{"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}}',
      'invalid_argument',
    ],
    ['that is text', '{"jsonrpc":"2.0","error":"broken","id":0}', 'unknown'],
    ['without a code', '{"jsonrpc":"2.0","error":{"message":"broken"},"id":0}', 'unknown'],
  ])('that is an error %s is the error of the call', async (_name, body, code) => {
    expect((await failureOf(callOf(body))).code).toBe(code);
    expect((await failureOf(callOf(body, 500))).code).toBe(code);
  });

  it.each([
    [503, '<html>', 'unavailable'],
    [404, '', 'not_found'],
    [429, '{"message":"slow down"}', 'resource_exhausted'],
    [302, '', 'unknown'],
  ])(
    'with the status %i and no JSON-RPC is the error of the status',
    async (status, body, code) => {
      expect((await failureOf(callOf(body, status))).code).toBe(code);
    },
  );

  it('is checked by a schema where there is one', async () => {
    await using server = await scripted(() => '{"jsonrpc":"2.0","result":{"v":"3"},"id":0}');
    await using client = createJsonrpcClient(server.url);
    const call = client.endpoint({ method: 'm', decode: z.object({ v: z.number() }) });
    expect(await failureOf(call({}, background))).toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/^unreadable reply: .*\/v/),
    });
  });
});

describe('a notification', () => {
  it('has no id, and is over when the server has taken it', async () => {
    await using server = await scripted((_body, response) => {
      response.writeHead(204).end();
      return undefined;
    });
    await using client = createJsonrpcClient(server.url);
    const started = client.notification<{ id: number }>({ method: 'started' });
    expect(await started({ id: 7 }, background)).toBeUndefined();
    expect(server.bodies).toEqual(['{"jsonrpc":"2.0","method":"started","params":{"id":7}}']);
  });

  it.each([
    ['nothing', 200, ''],
    ['a result with the id null, as Go kit does', 200, '{"jsonrpc":"2.0","result":{},"id":null}'],
  ])('may be answered with %s', async (_name, status, body) => {
    await using server = await scripted((_body, response) => {
      response.statusCode = status;
      return body;
    });
    await using client = createJsonrpcClient(server.url);
    await client.notification({ method: 'm' })({}, background);
  });

  it.each([
    [
      'an error',
      200,
      '{"jsonrpc":"2.0","error":{"code":-32700,"message":"no"},"id":null}',
      'invalid_argument',
    ],
    ['a status', 503, '', 'unavailable'],
  ])('fails where it is refused with %s', async (_name, status, body, code) => {
    await using server = await scripted((_body, response) => {
      response.statusCode = status;
      return body;
    });
    await using client = createJsonrpcClient(server.url);
    expect((await failureOf(client.notification({ method: 'm' })({}, background))).code).toBe(code);
  });
});

it('shows to hooks what goes out, what came back, and how it ended', async () => {
  const seen: unknown[] = [];
  const show = (call: JsonrpcClientCall | undefined): unknown => [
    call?.id,
    call?.params,
    call?.httpStatus,
  ];
  await using server = await scripted((body, response) => {
    response.setHeader('x-served-by', 'pier 7');
    const { id } = JSON.parse(body);
    return JSON.stringify({
      jsonrpc: '2.0',
      id,
      ...(id === 0 ? { result: 1 } : { error: { code: 4711, message: 'no' } }),
    });
  });
  await using client = createJsonrpcClient(server.url);
  const call = client.endpoint<object, unknown>({
    method: 'm',
    before: [(_ctx, outgoing) => void seen.push(show(outgoing))],
    after: [(_ctx, { responseMetadata }) => void seen.push(responseMetadata.get('X-Served-By'))],
    finalize: [(_ctx, outgoing, { status }) => void seen.push([...Object(show(outgoing)), status])],
  });
  await call({ a: 1 }, background);
  await failureOf(call({}, background));
  expect(seen).toEqual([
    [0, { a: 1 }, 0],
    'pier 7',
    [0, { a: 1 }, 200, 0],
    [1, {}, 0],
    'pier 7',
    [1, {}, 200, 4711],
  ]);
});

it('ends the request on the wire when its caller cancels', async () => {
  const [arrived, closed] = [deferred(), deferred()];
  await using server = await scripted((_body, response) => {
    response.once('close', () => closed.resolve());
    arrived.resolve();
    return undefined;
  });
  await using client = createJsonrpcClient(server.url);
  using ctx = background.withCancel();
  const failed = failureOf(client.endpoint({ method: 'm' })({}, ctx));
  await arrived.promise;
  ctx.cancel();
  expect((await failed).code).toBe('canceled');
  await closed.promise;
});

it('shares the connections of an HTTP client, and does not close them', async () => {
  const echo = jsonrpcMethod(async (params: unknown) => params, { decode: (params) => params });
  const handler = jsonrpcHandler({ echo });
  await using server = await host((request, response) => {
    expect(request.url).toBe('/api/rpc');
    handler(request, response);
  });
  await using http = createHttpClient(`${server.url}api`);
  const client = createJsonrpcClient(http, { path: '/rpc' });
  const call = client.endpoint<object, unknown>({ method: 'echo' });
  expect(await call([1], background)).toEqual([1]);
  await client.close();
  expect(await call([2], background)).toEqual([2]);
});

it('says what is wrong with a URL', () => {
  expect(() => createJsonrpcClient('nowhere')).toThrow('it must be like http://host:port/path');
  expect(() => createJsonrpcClient('ftp://host/')).toThrow('http://host:port');
});
