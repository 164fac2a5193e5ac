import { background, chain, type Middleware, operation, settle } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { express4, type Host, hosts, serve } from '../../test/hosts.ts';
import { open, untilClosed, untilSeen } from '../../test/raw.ts';
import {
  createHttpClient,
  createHttpServer,
  eventStreamBody,
  type HttpHandler,
  httpHandler,
  jsonBody,
  ndjsonBody,
  ndjsonReply,
  route,
  routes,
  streamReply,
} from '../index.ts';

async function* count(to: number): AsyncGenerator<number> {
  for (let n = 1; n <= to; n++) yield n;
}

async function* doubled(numbers: AsyncIterable<number>): AsyncGenerator<number> {
  for await (const n of numbers) yield 2 * n;
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of stream) all.push(message);
  return all;
}

const api = routes([
  route('POST', '/count', async (to: number) => count(to), {
    decode: jsonBody<number>(),
    encode: streamReply<number>({ event: (n) => ({ id: String(n), data: n }) }),
  }),
  route('POST', '/doubled', async (numbers: AsyncIterable<number>) => doubled(numbers), {
    decode: ndjsonBody<number>(),
    encode: ndjsonReply(),
  }),
]);

const everywhere: readonly Host[] = [
  ...hosts,
  ...[express, express4].map((create) => ({
    name: `${create === express4 ? 'Express 4' : 'Express 5'} behind body parsers`,
    serve: (handler: HttpHandler) =>
      serve(
        create().use(
          create.json({ strict: false }),
          create.urlencoded({ extended: false }),
          handler,
        ),
      ),
  })),
];

describe.each(everywhere)('routes of streams on $name', ({ serve }) => {
  it('carry messages each way, and both', async () => {
    const { url } = await serve(api);
    await using client = createHttpClient(url);
    for (const decode of [ndjsonBody<number>(), eventStreamBody<number>()]) {
      const watch = client.endpoint<number, AsyncIterable<number>>({ path: '/count', decode });
      expect(await collect(await watch(3, background))).toEqual([1, 2, 3]);
    }
    const path = '/doubled';
    const both = client.endpoint<AsyncIterable<number>, AsyncIterable<number>>({
      path,
      decode: ndjsonBody<number>(),
    });
    expect(await collect(await both(count(3), background))).toEqual([2, 4, 6]);
  });
});

describe('the kind of an operation', () => {
  it.each([
    [undefined, undefined, 'unary'],
    [undefined, ndjsonReply(), 'server_stream'],
    [ndjsonBody<number>(), undefined, 'client_stream'],
    [ndjsonBody<number>(), streamReply(), 'bidi_stream'],
  ])('is what the codecs say, unless it is given', async (decode, encode, kind) => {
    const kinds: unknown[] = [];
    const watch = async (_: unknown, ctx: typeof background) => {
      kinds.push(ctx.get(operation)?.kind);
      return count(1);
    };
    for (const given of [undefined, 'server_stream' as const]) {
      const { url } = await serve(
        httpHandler(watch, { decode: decode ?? (() => undefined), encode, kind: given }),
      );
      await ask(url);
    }
    expect(kinds).toEqual([kind, 'server_stream']);
  });
});

/** A server whose streams never end by themselves, and what became of them. */
async function listenStreaming(clock = fakeClock()) {
  const closed = deferred();
  const settled: unknown[] = [];
  const inFlight: Middleware = (next) => (request, ctx) =>
    settle(next(request, ctx), ({ error, abandoned }) => settled.push({ error, abandoned }));
  const watch = async (): Promise<AsyncIterable<number>> =>
    (async function* () {
      try {
        yield 1;
        await more.promise;
        yield 2;
      } finally {
        closed.resolve();
      }
    })();
  const more = deferred();
  const handler = httpHandler(chain(inFlight)(watch), {
    decode: () => undefined,
    encode: ndjsonReply(),
  });
  const server = createHttpServer(handler, { clock });
  onTestFinished(() => server.server.closeAllConnections());
  const { port } = await server.listen();
  const socket = await open(port);
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await untilSeen(socket, '1\n');
  return { server, clock, socket, port, closed: closed.promise, settled, goOn: more.resolve };
}

describe('a server that closes', () => {
  it('lets a stream end within the grace, and closes its connection then', async () => {
    const { server, clock, socket, settled, goOn } = await listenStreaming();
    const closing = server.close();
    const ended = untilSeen(socket, '2\n\r\n0\r\n\r\n');
    goOn();
    await ended;
    expect(settled).toEqual([{ error: undefined, abandoned: false }]);
    const gone = untilClosed(socket);
    // The next look for connections that have become idle.
    await clock.advance(20);
    await gone;
    await closing;
  });

  it('cuts a stream off after the grace, and its producer hears of it', async () => {
    const { server, clock, socket, closed, settled, goOn } = await listenStreaming();
    const closing = server.close({ graceMs: 1000 });
    const rest = untilClosed(socket);
    // The close is under way once it has set its timers.
    while (clock.pending() === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1000);
    expect(await rest).not.toContain('0\r\n\r\n');
    goOn();
    await closed;
    await clock.advance(20);
    await closing;
    expect(settled).toEqual([{ error: undefined, abandoned: true }]);
  });
});
