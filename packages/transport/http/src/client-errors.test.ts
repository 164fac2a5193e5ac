import type { RequestListener } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { background, codes, isServiceError, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../test/hosts.ts';
import {
  createHttpClient,
  type HttpClientOptions,
  type HttpEndpointOptions,
  httpHandler,
  statusOf,
} from './index.ts';

/** The error of one call to a server that a test plays itself. */
async function errorOf(
  listener: RequestListener,
  options: Partial<HttpEndpointOptions<unknown, unknown>> = {},
  clientOptions?: HttpClientOptions,
): Promise<ServiceError> {
  const { url } = await serve(listener);
  return failureAt(url, options, clientOptions);
}

async function failureAt(
  url: string,
  options: Partial<HttpEndpointOptions<unknown, unknown>> = {},
  clientOptions?: HttpClientOptions,
): Promise<ServiceError> {
  await using client = createHttpClient(url, clientOptions);
  const error = await client
    .endpoint({ path: '/', ...options })({}, background)
    .catch((thrown: unknown) => thrown);
  if (isServiceError(error)) return error;
  throw new Error('the call should have failed with a ServiceError', { cause: error });
}

function replying(
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array = '',
): RequestListener {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

/** A server below HTTP: what it does with each connection is up to the test. */
async function serveSocket(onConnection: (socket: Socket) => unknown): Promise<string> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

const problem = { 'content-type': 'application/problem+json' };

describe('the error of a reply', () => {
  it.each(codes)('is the one that the server threw: %s', async (code) => {
    const thrown = new ServiceError(code, `it is ${code}`, {
      retryable: true,
      retryAfterMs: 1500,
      details: { issues: [{ path: '/a', message: 'bad' }] },
    });
    const {
      code: got,
      message,
      retryable,
      retryAfterMs,
      details,
    } = await errorOf(httpHandler(() => Promise.reject(thrown), { decode: () => undefined }));
    expect({ got, message, retryable, retryAfterMs, details }).toEqual({
      got: code,
      message: `it is ${code}`,
      retryable: true,
      retryAfterMs: 1500,
      details: { issues: [{ path: '/a', message: 'bad' }] },
    });
  });

  it.each([
    [400, 'invalid_argument'],
    [401, 'unauthenticated'],
    [403, 'permission_denied'],
    [404, 'not_found'],
    [409, 'aborted'],
    [413, 'resource_exhausted'],
    [418, 'unknown'],
    [429, 'resource_exhausted'],
    [499, 'canceled'],
    [500, 'internal'],
    [501, 'unimplemented'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'deadline_exceeded'],
    [301, 'unknown'],
    [304, 'unknown'],
  ] as const)('is made of the status %i where the body says nothing: %s', async (status, code) => {
    const error = await errorOf(
      replying(status, { 'content-type': 'text/plain' }, status === 304 ? '' : 'no such user'),
    );
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`^HTTP ${status}\\b`)),
    });
    expect(error.message).not.toContain('no such user');
  });

  it.each([
    ['an HTML page', { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>'],
    [
      'JSON of another type',
      { 'content-type': 'application/json' },
      '{"code":"not_found","detail":"x"}',
    ],
    ['no JSON', problem, '{"code":'],
    ['nothing', problem, ''],
    ['null', problem, 'null'],
    ['a list', problem, '["not_found"]'],
    ['text', problem, '"not_found"'],
    ['no UTF-8', problem, Buffer.from([0xff])],
    ['nesting without end', problem, '['.repeat(100_000)],
    ['a key that pollutes', problem, '{"__proto__":{"code":"not_found"},"code":"not_found"}'],
    ['an unknown code', problem, '{"code":"constructor"}'],
    ['a code that is no text', problem, '{"code":["not_found"]}'],
  ])('is made of the status where the body is %s', async (_what, headers, body) => {
    const error = await errorOf(replying(502, headers, body));
    expect(error).toMatchObject({
      code: 'unavailable',
      message: 'HTTP 502 Bad Gateway',
      retryable: true,
    });
  });

  it('takes of a problem only what has the right type', async () => {
    const hostile = {
      code: 'not_found',
      detail: { toString: 'x' },
      retryable: 'yes',
      retryAfterMs: -5,
      details: ['no record'],
      stack: 'at evil.js:1',
      cause: 'x',
    };
    const error = await errorOf(replying(404, problem, JSON.stringify(hostile)));
    expect(error).toMatchObject({
      code: 'not_found',
      message: 'HTTP 404 Not Found',
      retryable: false,
      retryAfterMs: undefined,
      details: undefined,
    });
    expect(error).not.toHaveProperty('cause');
    expect(error.stack).not.toContain('evil.js');
  });

  it.each(['1e999', '"5"', 'null', '-1', '{}'])(
    'does not wait for retryAfterMs of %s',
    async (ms) => {
      const body = `{"code":"unavailable","retryAfterMs":${ms}}`;
      expect((await errorOf(replying(503, problem, body))).retryAfterMs).toBeUndefined();
    },
  );

  it('knows a problem by its type in any case, with parameters', async () => {
    const headers = { 'content-type': 'Application/Problem+JSON; charset=utf-8' };
    expect(await errorOf(replying(500, headers, '{"code":"data_loss"}'))).toMatchObject({
      code: 'data_loss',
    });
  });

  const date = 'Wed, 21 Oct 2015 07:28:00 GMT';
  it.each([
    ['5', 5000],
    ['0', 0],
    ['Wed, 21 Oct 2015 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2015 07:27:00 GMT', 0],
    ['-5', undefined],
    ['5.5', undefined],
    ['soon', undefined],
    ['garbage 1', undefined],
    ['', undefined],
    ['Wed, 99 Foo 2015 07:28:30 GMT', undefined],
    ['99999999999999999999', undefined],
  ])('reads Retry-After: %s as %s ms', async (text, ms) => {
    const error = await errorOf(replying(503, { 'retry-after': text, date }));
    expect(error.retryAfterMs).toBe(ms);
  });

  it('is what decodeError makes of it', async () => {
    const decodeError = (reply: { status: number }) =>
      new ServiceError('data_loss', `own ${reply.status}`);
    expect(await errorOf(replying(500, {}), { decodeError })).toMatchObject({
      code: 'data_loss',
      message: 'own 500',
    });
  });

  it('is that of the redirect itself: nothing is followed', async () => {
    let requests = 0;
    const error = await errorOf((request, response) => {
      requests++;
      response.writeHead(302, { location: request.url === '/' ? '/next' : '/' }).end();
    });
    expect(error).toMatchObject({ code: 'unknown', message: 'HTTP 302 Found' });
    expect(requests).toBe(1);
  });

  it('may be one that isSuccess makes of a 200', async () => {
    const error = await errorOf(replying(200, {}, '{}'), { isSuccess: (status) => status === 201 });
    expect(error).toMatchObject({ code: 'unknown', message: 'HTTP 200 OK' });
  });

  it('has a status for every code and a code for every status of ours', () => {
    for (const code of codes) expect(statusOf(code)).toBeGreaterThanOrEqual(400);
  });
});

describe('a reply beyond maxResponseBytes', () => {
  const chunk = Buffer.alloc(1000, 'x');

  it.each<[string, RequestListener]>([
    [
      'by its length',
      (_request, response) => void response.writeHead(200, { 'content-length': '1001' }).write('x'),
    ],
    [
      'by its chunks, which never end',
      (_request, response) => {
        const more = (): void => {
          while (response.write(chunk));
        };
        response.on('drain', more);
        more();
      },
    ],
  ])('fails %s, and its connection is closed', async (_how, listener) => {
    let closed: Promise<unknown> | undefined;
    const error = await errorOf(
      (request, response) => {
        closed = new Promise((resolve) => response.once('close', resolve));
        listener(request, response);
      },
      {},
      { maxResponseBytes: 1000 },
    );
    expect(error).toMatchObject({
      code: 'resource_exhausted',
      retryable: false,
      message: 'the reply is larger than 1000 bytes',
    });
    await closed;
  });

  it('does not fail at the limit itself', async () => {
    const { url } = await serve(
      (_request, response) => void response.end(JSON.stringify('x'.repeat(998))),
    );
    await using client = createHttpClient(url, { maxResponseBytes: 1000 });
    expect(await client.endpoint({ path: '/' })({}, background)).toHaveLength(998);
  });
});

describe('a call that gets no reply', () => {
  it('is unavailable where the connection is refused, with the cause', async () => {
    const { url, server } = await serve(() => {});
    await new Promise((resolve) => server.close(resolve));
    expect(await failureAt(url)).toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: expect.stringMatching(/^no reply: .*ECONNREFUSED/),
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it.each<[string, (socket: Socket) => unknown]>([
    ['closed at once', (socket) => socket.destroy()],
    ['closed after the request', (socket) => socket.once('data', () => socket.destroy())],
    ['reset', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['ended in the status', (socket) => socket.once('data', () => socket.end('HTTP/1.1 20'))],
    [
      'ended in the headers',
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nx: y\r\n')),
    ],
    [
      'ended in the body',
      (socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}')),
    ],
    [
      'ended between chunks',
      (socket) =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n'),
        ),
    ],
    [
      'reset in the body',
      (socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{}', () =>
            socket.resetAndDestroy(),
          );
        }),
    ],
    ['not HTTP', (socket) => socket.once('data', () => socket.end('220 smtp.example ESMTP\r\n'))],
    [
      'framed twice',
      (socket) =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x'),
        ),
    ],
  ])('is unavailable where it is %s, with the cause', async (_how, onConnection) => {
    const url = await serveSocket((socket) => {
      socket.on('error', () => {});
      onConnection(socket);
    });
    expect(await failureAt(url)).toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: expect.stringMatching(/^no reply: ./),
      cause: expect.any(Error),
    });
  });

  it('leaves the next call alone', async () => {
    let connections = 0;
    const url = await serveSocket((socket) => {
      socket.on('error', () => {});
      const first = connections++ === 0;
      socket.once('data', () => {
        if (first) socket.destroy();
        else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      });
    });
    await using client = createHttpClient(url);
    const call = client.endpoint({ path: '/' });
    await expect(call({}, background)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await call({}, background)).toEqual({});
  });
});

describe('a request that cannot be sent', () => {
  it.each([
    ['a line break in its path', { path: '/a\r\nevil: 1' }],
    ['a space in its path', { path: '/a b' }],
    ['a path to another host', { path: 'http://evil.example/' }],
    ['a path that is none', { path: 'x' }],
    ['a line break in a header', { headers: { 'x-a': 'b\r\nevil: 1' } }],
    ['a NUL in a header', { headers: { 'x-a': 'b\0' } }],
    ['a line break in the name of a header', { headers: { 'x\r\nevil': '1' } }],
    ['text that no header holds', { headers: { 'x-a': '漢' } }],
    ['a coding of its own', { headers: { 'transfer-encoding': 'gzip' } }],
    ['a length of its own', { headers: { 'content-length': '5' }, body: 'x' }],
    ['a body that is no JSON', { json: { v: 1n } }],
  ])('because of %s fails with internal, and nothing goes out', async (_what, outgoing) => {
    let requests = 0;
    const error = await errorOf(() => requests++, { encode: () => outgoing });
    expect(error).toMatchObject({ code: 'internal', retryable: false });
    expect(requests).toBe(0);
  });

  it('because its encoder throws fails with what that threw', async () => {
    const encode = () => {
      throw new ServiceError('invalid_argument', 'no such id');
    };
    expect(await errorOf(() => {}, { encode })).toMatchObject({ code: 'invalid_argument' });
  });
});
