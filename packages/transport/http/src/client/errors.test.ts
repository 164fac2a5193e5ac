import type { RequestListener } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { background, ServiceError } from '@fairlead/endpoint';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorOf, failureAt } from '../../test/failure.ts';
import { serve } from '../../test/hosts.ts';
import { createHttpClient } from '../index.ts';

/** A server below HTTP: what it does with each connection is up to the test. */
async function serveSocket(onConnection: (socket: Socket) => unknown): Promise<string> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

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
