import type { Socket } from 'node:net';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../test/ask.ts';
import { deferred } from '../test/deferred.ts';
import { exchange, open, statusOf, untilClosed, untilSeen } from '../test/raw.ts';
import {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  httpHandler,
  jsonBody,
} from './index.ts';

const ok = httpHandler(async () => 'ok', { decode: () => undefined });
const get = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';

/** A server whose every call waits for the test, on a clock that stands still. */
async function listenWaiting(options: HttpServerOptions = {}) {
  const clock = fakeClock();
  const called = deferred();
  const answer = deferred<unknown>();
  const aborted = deferred<string>();
  const handler = httpHandler(
    (_request, ctx) => {
      ctx.onAbort(({ code }) => aborted.resolve(code));
      called.resolve();
      return answer.promise;
    },
    { decode: () => undefined },
  );
  const server = createHttpServer(handler, { clock, ...options });
  const { port } = await server.listen();
  onTestFinished(() => {
    server.server.closeAllConnections();
  });
  return {
    server,
    clock,
    port,
    called: called.promise,
    answer: answer.resolve,
    aborted: aborted.promise,
  };
}

/** Whether a promise has settled by now, all that is due having run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

describe('createHttpServer', () => {
  it('listens on this machine alone and tells the port that it found', async () => {
    await using server = createHttpServer(ok);
    const { host, port } = await server.listen();
    expect(host).toBe('127.0.0.1');
    expect(port).toBeGreaterThan(0);
    expect(await ask(`http://127.0.0.1:${port}`)).toMatchObject({ text: '"ok"' });
  });

  it('says what to do when the port is in use, and can listen elsewhere then', async () => {
    await using first = createHttpServer(ok);
    await using second = createHttpServer(ok);
    const { port } = await first.listen();
    await expect(second.listen({ port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: the port is in use: choose another, or 0 for any free one`,
    );
    expect(await second.listen()).toMatchObject({ host: '127.0.0.1' });
    expect(second.server.listenerCount('error')).toBe(0);
  });

  it.each([
    [{ host: '192.0.2.1' }, /^cannot listen on 192\.0\.2\.1:0: /],
    [{ port: 65_536 }, /^cannot listen on 127\.0\.0\.1:65536: /],
    [{ port: -1 }, /^cannot listen on 127\.0\.0\.1:-1: /],
  ])('says where it cannot listen: %j', async (where, message) => {
    const server = createHttpServer(ok);
    await expect(server.listen(where)).rejects.toThrow(message);
    expect(server.server.listenerCount('error')).toBe(0);
    await server.close();
  });

  it('listens once', async () => {
    await using server = createHttpServer(ok);
    await server.listen();
    await expect(server.listen()).rejects.toThrow(/^cannot listen on /);
  });

  it.each([
    ['headersTimeoutMs', -1],
    ['requestTimeoutMs', Number.POSITIVE_INFINITY],
    ['keepAliveTimeoutMs', 0.5],
    ['maxHeaderBytes', 0],
    ['maxHeaders', 0],
  ])('refuses %s of %d where it is written', (name, value) => {
    expect(() => createHttpServer(ok, { [name]: value })).toThrow(new RegExp(`^${name} must be`));
  });

  it('takes a request limit below the default of the headers', () => {
    const { server } = createHttpServer(ok, { requestTimeoutMs: 5000 });
    expect(server).toMatchObject({ requestTimeout: 5000, headersTimeout: 5000 });
    expect(createHttpServer(ok).server).toMatchObject({
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 65_000,
    });
  });

  it.each([
    ['headers', 'GET / HTTP/1.1\r\nhost:'],
    ['a body', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{'],
    [
      'the end of its chunks',
      'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n',
    ],
    ['anything', ''],
  ])('answers 408 to a client that does not send %s in time', async (_what, bytes) => {
    const echo = httpHandler(async (body) => body, { decode: jsonBody() });
    await using server = createHttpServer(echo, { headersTimeoutMs: 50, requestTimeoutMs: 50 });
    const { port } = await server.listen();
    expect(statusOf(await exchange(port, bytes))).toBe(408);
  });

  it('follows its limits on headers', async () => {
    await using server = createHttpServer(ok, { maxHeaderBytes: 2000, maxHeaders: 3 });
    const { port } = await server.listen();
    const request = (more: string) =>
      `GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${more}\r\n`;
    expect(statusOf(await exchange(port, request('a: b\r\n')))).toBe(200);
    expect(statusOf(await exchange(port, request('a: b\r\nc: d\r\n')))).toBe(431);
    expect(statusOf(await exchange(port, request(`a: ${'b'.repeat(2000)}\r\n`)))).toBe(431);
  });

  it('closes a connection that stays idle too long', async () => {
    await using server = createHttpServer(ok, { keepAliveTimeoutMs: 1 });
    const { port } = await server.listen();
    expect(await exchange(port, get)).toContain('"ok"');
  });
});

describe('the close of an HttpServer', () => {
  it('lets the request in flight finish, and takes no connection any more', async () => {
    const { server, clock, port, called, answer } = await listenWaiting();
    const reply = ask(`http://127.0.0.1:${port}`);
    await called;
    const closed = server.close();
    expect(await isSettled(closed)).toBe(false);
    await expect(ask(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    answer('late but whole');
    expect(await reply).toMatchObject({ status: 200, text: '"late but whole"' });
    await closed;
    expect(clock.pending()).toBe(0);
  });

  it('closes idle connections at once', async () => {
    const { server, port, answer } = await listenWaiting();
    answer(1);
    const socket = await open(port);
    const seen = untilSeen(socket, '\r\n\r\n1');
    socket.write(get);
    await seen;
    const gone = untilClosed(socket);
    await server.close();
    await gone;
  });

  it('closes a kept connection as soon as its request is over', async () => {
    const { server, clock, port, called, answer } = await listenWaiting();
    const socket = await open(port);
    const seen = untilSeen(socket, '"done"');
    const gone = untilClosed(socket);
    socket.write(get);
    await called;
    const closed = server.close();
    await clock.advance(100);
    expect(await isSettled(closed)).toBe(false);
    answer('done');
    await seen;
    await clock.advance(20);
    await closed;
    await gone;
    expect(clock.pending()).toBe(0);
  });

  it('tells those who still send that the connection will close', async () => {
    const { server, port, called, answer } = await listenWaiting();
    const socket = await open(port);
    const all = untilClosed(socket);
    socket.write(get);
    await called;
    const closed = server.close();
    socket.write(get);
    await new Promise((resolve) => setImmediate(resolve));
    answer('done');
    await closed;
    const answers = (await all).split(/(?=HTTP\/1\.1)/);
    expect(answers.at(-1)).toMatch(/connection: close/i);
    expect(answers.every((text) => statusOf(text) === 200)).toBe(true);
  });

  it('cuts off what is still busy after the grace', async () => {
    const { server, clock, port, called, aborted } = await listenWaiting();
    const reply = expect(ask(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    await called;
    const closed = server.close({ graceMs: 5000 });
    await clock.advance(4999);
    expect(await isSettled(closed)).toBe(false);
    await clock.advance(1);
    await closed;
    await reply;
    expect(await aborted).toBe('canceled');
    expect(clock.pending()).toBe(0);
  });

  it('waits for the same end when it is called again', async () => {
    const { server, port, called, answer } = await listenWaiting();
    const reply = ask(`http://127.0.0.1:${port}`);
    await called;
    const first = server.close();
    const second = server.close({ graceMs: 0 });
    expect(await isSettled(second)).toBe(false);
    answer(1);
    await Promise.all([first, second, reply, server.close(), server[Symbol.asyncDispose]()]);
  });

  it('ends sooner when it is called again with less', async () => {
    const { server, clock, port, called } = await listenWaiting();
    const reply = expect(ask(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    await called;
    const closed = server.close({ graceMs: 5000 });
    await clock.advance(1000);
    void server.close({ graceMs: 9000 });
    void server.close();
    void server.close({ graceMs: 100 });
    await clock.advance(99);
    expect(await isSettled(closed)).toBe(false);
    await clock.advance(1);
    await Promise.all([closed, reply]);
    expect(clock.pending()).toBe(0);
  });

  it('ends a server that has not listened yet, and it does not listen then', async () => {
    const server = createHttpServer(ok);
    await server.close();
    await expect(server.listen()).rejects.toThrow('cannot listen: the server is closed');
    expect(server.server.listening).toBe(false);
  });

  it('ends a server that is about to listen', async () => {
    const server = createHttpServer(ok);
    const listening = server.listen();
    await server.close();
    await listening;
    expect(server.server.listening).toBe(false);
  });

  it('refuses a grace that is none', () => {
    const server = createHttpServer(ok);
    expect(() => server.close({ graceMs: -1 })).toThrow(/^graceMs must be/);
    expect(() => server.close({ lingerMs: -1 })).toThrow(/^lingerMs must be/);
  });
});

describe('a close that lingers', () => {
  const linger = { graceMs: 60_000, lingerMs: 5000 };

  /** A connection that the server has, too: one that waits to be accepted goes with the port. */
  async function openAccepted({ server }: HttpServer, port: number): Promise<Socket> {
    const accepted = new Promise((resolve) => server.once('connection', resolve));
    const socket = await open(port);
    await accepted;
    return socket;
  }

  it('serves what comes on an idle connection, says that it closes, and closes it', async () => {
    const { server, clock, port, answer } = await listenWaiting();
    answer(1);
    const socket = await openAccepted(server, port);
    const seen = untilSeen(socket, '\r\n\r\n1');
    socket.write(get);
    await seen;
    const closed = server.close(linger);
    await clock.advance(4000);
    const rest = untilClosed(socket);
    socket.write(get);
    expect(await rest).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*connection: close/i);
    await closed;
    expect(clock.pending()).toBe(0);
  });

  it.each([
    ['has been idle', get],
    ['has never said anything', ''],
    ['has begun to say something', 'GET / HTTP/1.1\r\n'],
  ])('closes a connection that %s for so long', async (_what, bytes) => {
    const { server, clock, port, answer } = await listenWaiting();
    answer(1);
    const socket = await openAccepted(server, port);
    const seen = bytes === get ? untilSeen(socket, '\r\n\r\n1') : undefined;
    socket.write(bytes);
    await seen;
    const gone = untilClosed(socket);
    const closed = server.close(linger);
    await clock.advance(4900);
    expect(socket.closed).toBe(false);
    await clock.advance(200);
    await gone;
    await closed;
    expect(clock.pending()).toBe(0);
  });

  it('counts from the answer to the request in flight, which did not say that it closes', async () => {
    const { server, clock, port, called, answer } = await listenWaiting();
    const socket = await openAccepted(server, port);
    const seen = untilSeen(socket, '"late"');
    socket.write(get);
    await called;
    const closed = server.close(linger);
    await clock.advance(30_000);
    answer('late');
    await seen;
    await clock.advance(4900);
    expect(socket.closed).toBe(false);
    const gone = untilClosed(socket);
    await clock.advance(200);
    await gone;
    await closed;
  });

  it('answers the first request of a connection beside HTTP/2 as well', async () => {
    const { server, port, answer } = await listenWaiting({ http2: true });
    answer(1);
    const socket = await openAccepted(server, port);
    const closed = server.close(linger);
    const all = untilClosed(socket);
    socket.write(get);
    expect(await all).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*connection: close/i);
    await closed;
  });

  it('is over when the clients have left', async () => {
    const { server, clock, port, answer } = await listenWaiting();
    answer(1);
    const socket = await openAccepted(server, port);
    const seen = untilSeen(socket, '\r\n\r\n1');
    socket.write(get);
    await seen;
    const closed = server.close(linger);
    await clock.advance(100);
    socket.end();
    await closed;
    expect(clock.pending()).toBe(0);
  });

  it('ends at the grace all the same', async () => {
    const { server, clock, port, called, aborted } = await listenWaiting();
    const reply = expect(ask(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    await called;
    const closed = server.close({ graceMs: 1000, lingerMs: 5000 });
    await clock.advance(1000);
    await Promise.all([closed, reply]);
    expect(await aborted).toBe('canceled');
    expect(clock.pending()).toBe(0);
  });
});
