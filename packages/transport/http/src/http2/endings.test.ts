import { background, isServiceError, type ServiceError } from '@fairlead/endpoint';
import { makeCertificates } from '@fairlead/peers/certificates';
import { fakeClock } from '@fairlead/testing';
import type { Outcome } from '@fairlead/transport';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from '../../test/deferred.ts';
import {
  errorCode,
  flag,
  frame,
  headers,
  openHttp2,
  request,
  reset,
  type,
} from '../../test/frames.ts';
import { closeNow, http2Client } from '../../test/http2-client.ts';
import { open, untilClosed } from '../../test/raw.ts';
import {
  createHttpServer,
  type HttpHandlerOptions,
  type HttpServerOptions,
  httpHandler,
} from '../index.ts';

/** A server whose calls wait for the test, on a clock that stands still. */
async function serveWaiting(
  options: HttpServerOptions = {},
  hooks: Partial<HttpHandlerOptions<unknown, unknown>> = {},
) {
  const clock = fakeClock();
  const called = deferred();
  const answer = deferred<unknown>();
  const aborted = deferred<ServiceError>();
  const finished = deferred<Outcome>();
  const state = { calls: 0 };
  const handler = httpHandler(
    (_request, ctx) => {
      state.calls++;
      ctx.onAbort(aborted.resolve);
      called.resolve();
      return answer.promise;
    },
    {
      decode: () => undefined,
      finalize: [(_ctx, _call, outcome) => finished.resolve(outcome)],
      ...hooks,
    },
  );
  const server = createHttpServer(handler, { http2: true, clock, ...options });
  const { port } = await server.listen();
  onTestFinished(() => closeNow(server, clock));
  return {
    server,
    clock,
    port,
    state,
    answer: answer.resolve,
    called: called.promise,
    aborted: aborted.promise,
    finished: finished.promise,
  };
}

const half = headers(1, request, flag.endHeaders);

describe('a body that ends and is canceled then, as by clients on Node', () => {
  it.each<[string, HttpHandlerOptions<unknown, unknown>['decode']]>([
    ['read as a whole', (message) => message.text()],
    [
      'read as a stream',
      async (message) => {
        for await (const _ of message.stream());
      },
    ],
  ])('is no whole one: %s', async (_, decode) => {
    const decoding = deferred();
    const { port, state, finished } = await serveWaiting(
      {},
      {
        decode(message, ctx) {
          decoding.resolve();
          return decode(message, ctx);
        },
      },
    );
    const connection = await openHttp2(port);
    connection.write(Buffer.concat([half, frame(type.data, flag.none, 1, Buffer.from('abc'))]));
    await decoding.promise;
    connection.write(
      Buffer.concat([frame(type.data, flag.endStream, 1), reset(1, errorCode.cancel)]),
    );
    expect(await finished).toMatchObject({ status: 499, error: { code: 'canceled' } });
    expect(state.calls).toBe(0);
  });
});

describe('the close of a server of HTTP/2', () => {
  it('tells clients to go away, lets requests finish, and serves no new one', async () => {
    const { server, port, called, answer, state } = await serveWaiting();
    const connection = await openHttp2(port);
    connection.write(headers(1));
    await called;
    const closed = server.close();
    expect(await connection.first(type.goAway)).toMatchObject({ code: errorCode.none });
    connection.write(headers(3));
    answer('late but whole');
    expect((await connection.first(type.data, 1))?.payload.toString()).toBe('"late but whole"');
    await connection.closed;
    await closed;
    expect(state.calls).toBe(1);
  });

  it('closes idle connections, and those that have said nothing, at once', async () => {
    const { server, port } = await serveWaiting();
    const idle = await openHttp2(port);
    await idle.first(type.settings);
    const silent = untilClosed(await open(port));
    await server.close();
    await Promise.all([idle.closed, silent]);
  });

  it('cuts off what is still busy after the grace', async () => {
    const { server, port, clock, called, aborted, finished, answer } = await serveWaiting();
    const connection = await openHttp2(port);
    connection.write(headers(1));
    await called;
    const closed = server.close({ graceMs: 5000 });
    await clock.advance(4999);
    await clock.advance(1);
    await closed;
    expect(await aborted).toMatchObject({ code: 'canceled' });
    answer('nobody hears it');
    expect(await finished).toMatchObject({ status: 499 });
    await connection.closed;
    expect(clock.pending()).toBe(0);
  });

  it('cuts off a handshake of TLS that does not end', async () => {
    const { server: identity } = await makeCertificates();
    const { server, port, clock } = await serveWaiting({ tls: identity });
    const gone = untilClosed(await open(port));
    const closed = server.close({ graceMs: 10 });
    await clock.advance(9);
    await clock.advance(1);
    await Promise.all([closed, gone]);
  });
});

describe('a client of HTTP/2 that leaves', () => {
  it.each([
    ['takes its request back', reset(1)],
    ['closes its connection', undefined],
  ])('ends the call when it %s', async (_how, last) => {
    const { port, called, aborted, finished, answer } = await serveWaiting();
    const connection = await openHttp2(port);
    connection.write(headers(1));
    await called;
    if (last === undefined) connection.socket.destroy();
    else connection.write(last);
    expect(await aborted).toMatchObject({ code: 'canceled' });
    answer('nobody hears it');
    expect(await finished).toMatchObject({ status: 499, error: { code: 'canceled' } });
    expect(connection.frames.some(({ kind }) => kind === type.headers)).toBe(false);
  });

  it('while it sends its body ends the call before the endpoint', async () => {
    const decoding = deferred();
    const { port, state, finished } = await serveWaiting(
      {},
      {
        decode: (message) => {
          decoding.resolve();
          return message.json();
        },
      },
    );
    const connection = await openHttp2(port);
    connection.write(half, frame(type.data, flag.none, 1, Buffer.from('1')));
    await decoding.promise;
    connection.write(reset(1));
    expect(await finished).toMatchObject({ status: 499, error: { code: 'canceled' } });
    expect(state.calls).toBe(0);
  });

  it('before its body is read ends the call as well', async () => {
    const before = deferred();
    const goOn = deferred();
    const { port, state, finished } = await serveWaiting(
      {},
      {
        decode: async (message) => {
          before.resolve();
          await goOn.promise;
          return message.json();
        },
      },
    );
    const connection = await openHttp2(port);
    connection.write(half);
    await before.promise;
    connection.write(reset(1), frame(type.ping, flag.none, 0, Buffer.alloc(8)));
    await connection.first(type.ping);
    goOn.resolve();
    expect(await finished).toMatchObject({ status: 499, error: { code: 'canceled' } });
    expect(state.calls).toBe(0);
  });
});

describe('a slow client of HTTP/2', () => {
  it('has its 408 where its body does not come', async () => {
    const { port, clock, finished } = await serveWaiting({}, { decode: (m) => m.json() });
    const connection = await openHttp2(port);
    connection.write(half);
    await connection.first(type.settings);
    connection.write(frame(type.ping, flag.none, 0, Buffer.alloc(8)));
    await connection.first(type.ping);
    await clock.advance(31_000);
    const reply = await connection.first(type.headers, 1);
    expect(reply?.payload.toString('latin1')).toContain('408');
    expect(await finished).toMatchObject({ error: { code: 'canceled' } });
  });

  it('is let alone once its request has come, read or not', async () => {
    const { port, clock, called, answer } = await serveWaiting();
    const connection = await openHttp2(port);
    connection.write(half, frame(type.data, flag.endStream, 1, Buffer.from('1')));
    await called;
    await clock.advance(100_000);
    answer('slow');
    expect((await connection.first(type.data, 1))?.payload.toString()).toBe('"slow"');
  });

  it('is closed where it makes no request, and after its last', async () => {
    const { port, clock, answer } = await serveWaiting();
    answer('at once');
    const idle = await openHttp2(port);
    await idle.first(type.settings);
    const kept = await openHttp2(port);
    kept.write(headers(1));
    await kept.first(type.data, 1);
    await clock.advance(11_000);
    await idle.closed;
    expect(kept.socket.destroyed).toBe(false);
    await clock.advance(60_000);
    await kept.closed;
    expect(clock.pending()).toBe(0);
  });

  it('is closed where it does not say in time what it speaks', async () => {
    const { port, clock } = await serveWaiting();
    const socket = await open(port);
    const gone = untilClosed(socket);
    await new Promise((resolve) => socket.write('PR', resolve));
    await clock.advance(9000);
    expect(socket.destroyed).toBe(false);
    // The connection may not have been accepted before the clock went on.
    while (!socket.destroyed && !socket.readableEnded) {
      await clock.advance(10_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await gone;
  });
});

describe('a handler over HTTP/2', () => {
  it('sees the host and the version, and leaves out what only a connection of HTTP/1.1 has', async () => {
    const seen: unknown[] = [];
    const { port, answer } = await serveWaiting(
      {},
      {
        decode: (message) => void seen.push(message.headers.host, message.path, message.method),
        before: [
          (_ctx, call) => void (call.host === 'node' && seen.push(call.request.httpVersion)),
        ],
        encode: () => ({
          status: 200,
          headers: { connection: 'close', 'content-length': '99', 'set-cookie': ['a=1', 'b=2'] },
          body: 'text',
        }),
      },
    );
    answer(1);
    const warnings: unknown[] = [];
    const warn = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const client = http2Client(`http://127.0.0.1:${port}`);
    onTestFinished(() => client.close());
    const call = client.endpoint({
      path: '/a?b',
      decode: ({ headers: { date: _date, ...rest }, body }) => [
        Object.fromEntries(Object.entries(rest)),
        body.toString(),
      ],
    });
    expect(await call(undefined, background)).toEqual([
      { 'content-length': '4', 'set-cookie': ['a=1', 'b=2'] },
      'text',
    ]);
    expect(seen).toEqual(['2.0', `127.0.0.1:${port}`, '/a', 'POST']);
    expect(warnings).toEqual([]);
  });

  it('streams, and closes the stream of a client that leaves', async () => {
    const closed = deferred();
    const state = { made: 0 };
    async function* body(): AsyncGenerator<string> {
      try {
        for (;;) {
          state.made++;
          yield 'x'.repeat(10_000);
        }
      } finally {
        closed.resolve();
      }
    }
    const { port, answer } = await serveWaiting(
      {},
      { encode: () => ({ status: 200, headers: {}, body: body() }) },
    );
    answer(1);
    const connection = await openHttp2(port);
    connection.write(headers(1), frame(type.ping, flag.none, 0, Buffer.alloc(8)));
    const came = () =>
      connection.frames.reduce((n, { kind, payload }) => n + (kind === 0 ? payload.length : 0), 0);
    while (came() < 65_535) await new Promise((resolve) => setImmediate(resolve));
    const { made } = state;
    connection.write(frame(type.ping, flag.none, 0, Buffer.alloc(8)));
    await new Promise((resolve) => setImmediate(resolve));
    // What fits into the window and the buffers, and no more.
    expect(made).toBeLessThan(30);
    connection.write(reset(1));
    await closed.promise;
  });

  it('breaks off a stream that fails, so that nobody takes it for whole', async () => {
    async function* body(): AsyncGenerator<string> {
      yield 'a part';
      throw new Error('broken');
    }
    const { port, answer, finished } = await serveWaiting(
      {},
      { encode: () => ({ status: 200, headers: {}, body: body() }) },
    );
    answer(1);
    const client = http2Client(`http://127.0.0.1:${port}`);
    onTestFinished(() => client.close());
    const call = client.endpoint({ path: '/' });
    const error = await call(undefined, background).catch((thrown: unknown) => thrown);
    expect(isServiceError(error, 'unavailable')).toBe(true);
    expect(await finished).toMatchObject({ status: 200, error: { code: 'internal' } });
  });
});
