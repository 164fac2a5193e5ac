import { createServer, type Socket } from 'node:net';
import { background, createContext, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import type { Outcome } from '@fairlead/transport';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { deferred } from '../../test/deferred.ts';
import { clientOf } from '../../test/mirror.ts';
import {
  createHttpClient,
  eventStreamBody,
  type HttpClientOptions,
  type HttpEndpointOptions,
  ndjsonBody,
  serverSentEvents,
} from '../index.ts';

const ndjson = 'content-type: application/x-ndjson\r\n';
const sse = 'content-type: text/event-stream\r\n';
const chunked = 'transfer-encoding: chunked\r\n';
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const end = '0\r\n\r\n';

type Options = Partial<HttpEndpointOptions<undefined, AsyncIterable<unknown>>>;

/** A call to a server that the test plays on the bare socket, once it has got a request. */
async function callOf(
  play: (socket: Socket, request: string) => void,
  options: Options = {},
  clientOptions?: HttpClientOptions,
) {
  const closed = deferred();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('close', () => closed.resolve());
    socket.once('data', (request: Buffer) => play(socket, request.toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const client = createHttpClient(`http://127.0.0.1:${port}`, clientOptions);
  onTestFinished(() => client.close());
  onTestFinished(() => void server.close());
  const outcome = deferred<Outcome>();
  const call = client.endpoint<undefined, AsyncIterable<unknown>>({
    method: 'GET',
    path: '/',
    decode: ndjsonBody<unknown>(),
    finalize: [(_ctx, _call, ended) => outcome.resolve(ended)],
    ...options,
  });
  return { call, closed: closed.promise, outcome: outcome.promise, client };
}

/** What came of a stream, and the error that ended it. */
async function outcomeOf(stream: Promise<AsyncIterable<unknown>>) {
  const messages: unknown[] = [];
  try {
    for await (const message of await stream) messages.push(message);
    return { messages };
  } catch (error) {
    // Sound: a client rejects with nothing else, which the tests look at.
    return { messages, error: error as ServiceError };
  }
}

const reply =
  (...parts: readonly string[]) =>
  (socket: Socket): void =>
    void socket.write(`HTTP/1.1 200 OK\r\n${parts.join('')}`);

describe('a reply that is read as a stream', () => {
  it('asks for what it can read, and ends with the reply', async () => {
    let asked = '';
    const { call, outcome } = await callOf((socket, request) => {
      asked = request;
      reply(ndjson, chunked, '\r\n', chunk('1\n2'), chunk('\n3'), end)(socket);
    });
    expect(await outcomeOf(call(undefined, background))).toEqual({ messages: [1, 2, 3] });
    expect(asked).toMatch(/\r\naccept: application\/x-ndjson\r\n/i);
    expect(await outcome).toEqual({ status: 200, error: undefined });
  });

  it('ends with its length as well', async () => {
    const { call } = await callOf(reply(ndjson, 'content-length: 4\r\n\r\n', '1\n2\n'));
    expect(await outcomeOf(call(undefined, background))).toEqual({ messages: [1, 2] });
  });

  it.each<[string, Options, string, string]>([
    ['NDJSON', {}, ndjson, '1\n2'],
    ['events', { decode: eventStreamBody<unknown>() }, sse, 'data: 1\n\ndata: 2\n'],
  ])(
    'is unavailable where it breaks off, after the messages that came: %s',
    async (_what, options, type, text) => {
      for (const framing of [`${chunked}\r\n${chunk(text)}`, `content-length: 99\r\n\r\n${text}`]) {
        const { call, outcome } = await callOf((socket) => {
          reply(type, framing)(socket);
          socket.end();
        }, options);
        const { messages, error } = await outcomeOf(call(undefined, background));
        expect(messages).toEqual([1]);
        expect(error).toMatchObject({
          code: 'unavailable',
          message: expect.stringContaining('broke off'),
        });
        expect(await outcome).toMatchObject({ status: 200, error: { code: 'unavailable' } });
      }
    },
  );

  it.each<[string, Options, string, string]>([
    ['NDJSON', {}, ndjson, '1\n'],
    ['events', { decode: eventStreamBody<unknown>() }, sse, 'data: 1\n\n'],
  ])(
    'is unavailable where nothing tells its end from a cut: %s',
    async (_what, options, type, text) => {
      const { call } = await callOf((socket) => {
        reply(type, '\r\n', text)(socket);
        socket.end();
      }, options);
      const { messages, error } = await outcomeOf(call(undefined, background));
      expect(messages).toEqual([1]);
      expect(error).toMatchObject({ code: 'unavailable' });
    },
  );

  it.each<[string, Options, string, string]>([
    [
      'NDJSON',
      {},
      'application/json',
      'application/x-ndjson was expected, but its content type is "application/json"',
    ],
    [
      'events',
      { decode: eventStreamBody<unknown>() },
      'text/html',
      'text/event-stream was expected',
    ],
  ])('is refused where it is something else: %s', async (_what, options, type, message) => {
    const { call, closed } = await callOf(
      reply(`content-type: ${type}\r\n`, chunked, '\r\n', chunk('{}')),
      options,
    );
    const { error } = await outcomeOf(call(undefined, background));
    expect(error).toMatchObject({ code: 'internal', message: expect.stringContaining(message) });
    // Nobody reads the rest.
    await closed;
  });

  it.each<[string, Options, string, readonly string[], number, object]>([
    [
      'NDJSON',
      {},
      ndjson,
      ['1\nerror {"code":"not_found","status":404,"detail":"gone","details":{"id":7}}\n'],
      1,
      { code: 'not_found', message: 'gone', details: { id: 7 } },
    ],
    [
      'an error of nobody knows what',
      {},
      ndjson,
      ['1\nerror oops\n'],
      1,
      { code: 'unknown', message: 'oops' },
    ],
    [
      'an error by its status',
      {},
      ndjson,
      ['error {"status":429}\n'],
      0,
      { code: 'resource_exhausted', message: 'HTTP 429 Too Many Requests' },
    ],
    ['no object', {}, ndjson, ['error 7\n'], 0, { code: 'unknown' }],
    [
      'what looks like one, in a message',
      {},
      ndjson,
      ['"error {}"\n{"error":{"code":"not_found"}}\nx'],
      2,
      { code: 'internal' },
    ],
    [
      'events',
      { decode: eventStreamBody<unknown>() },
      sse,
      ['data: 1\n\nevent: error\ndata: {"code":"aborted","retryable":true,"detail":"no"}\n\n'],
      1,
      { code: 'aborted', retryable: true, message: 'no' },
    ],
    [
      'text',
      { decode: eventStreamBody<unknown>() },
      sse,
      ['event: error\ndata: oops\n\n'],
      0,
      { code: 'unknown', message: 'oops' },
    ],
  ])(
    'fails with the error that it tells: %s',
    async (_what, options, type, texts, count, error) => {
      const { call } = await callOf(
        reply(type, chunked, '\r\n', ...texts.map(chunk), end),
        options,
      );
      const ended = await outcomeOf(call(undefined, background));
      expect(ended.messages).toHaveLength(count);
      expect(ended.error).toBeInstanceOf(ServiceError);
      expect(ended.error).toMatchObject(error);
    },
  );

  it('is an ordinary error where the status says so', async () => {
    const { call } = await callOf((socket) =>
      socket.write(
        'HTTP/1.1 404 Not Found\r\ncontent-type: application/problem+json\r\ncontent-length: 34\r\n\r\n{"code":"not_found","detail":"no"}',
      ),
    );
    await expect(call(undefined, background)).rejects.toMatchObject({
      code: 'not_found',
      message: 'no',
    });
  });

  it('ends at the event that says so, though the reply goes on', async () => {
    const decode = eventStreamBody<unknown>();
    const { call, closed } = await callOf(
      reply(sse, chunked, '\r\n', chunk('data: 1\n\nevent: end\ndata\n\ndata: 2\n\n')),
      { decode },
    );
    expect(await outcomeOf(call(undefined, background))).toEqual({ messages: [1] });
    await closed;
  });

  it('hands out the events themselves', async () => {
    const decode = serverSentEvents();
    const text = ':hello\n\nretry: 10\nid: 7\nevent: tick\ndata: a\ndata:  b\n\ndata: [DONE]\n\n';
    const { call } = await callOf(reply(sse, chunked, '\r\n', chunk(text), end), { decode });
    expect(await outcomeOf(call(undefined, background))).toEqual({
      messages: [
        { event: 'tick', data: 'a\n b', id: '7', retryMs: 10 },
        { event: 'message', data: '[DONE]', id: '7', retryMs: 10 },
      ],
    });
  });

  it.each<[string, Options, string, string, object]>([
    [
      'a line that is no JSON',
      {},
      ndjson,
      '1\n{\n',
      { code: 'internal', message: expect.stringContaining('unreadable reply: line 2') },
    ],
    [
      'an event that is no JSON',
      { decode: eventStreamBody<unknown>() },
      sse,
      'data: 1\n\ndata: {\n\n',
      { code: 'internal', message: expect.stringContaining('unreadable reply') },
    ],
    [
      'a message that the schema refuses',
      { decode: ndjsonBody(z.number()) },
      ndjson,
      '1\n"2"\n',
      { code: 'internal', message: expect.stringContaining('invalid message') },
    ],
    [
      'an event that the schema refuses',
      { decode: eventStreamBody(z.number()) },
      sse,
      'data: 1\n\ndata: "2"\n\n',
      { code: 'internal' },
    ],
    [
      'a line beyond its limit',
      {},
      ndjson,
      `1\n"${'x'.repeat(100)}"\n`,
      { code: 'resource_exhausted' },
    ],
    [
      'an event beyond its limit',
      { decode: eventStreamBody<unknown>() },
      sse,
      `data: 1\n\n${'data: 1\n'.repeat(20)}`,
      { code: 'resource_exhausted' },
    ],
  ])('fails at %s, and closes the request', async (_what, options, type, text, error) => {
    const { call, closed } = await callOf(reply(type, chunked, '\r\n', chunk(text)), options, {
      maxResponseBytes: 64,
    });
    const ended = await outcomeOf(call(undefined, background));
    expect(ended.messages).toEqual([1]);
    expect(ended.error).toMatchObject(error);
    await closed;
  });

  it('may be longer than any one message', async () => {
    const text = '"0123456789"\n'.repeat(100);
    const { call } = await callOf(
      reply(ndjson, chunked, '\r\n', chunk(text), end),
      {},
      { maxResponseBytes: 16 },
    );
    expect((await outcomeOf(call(undefined, background))).messages).toHaveLength(100);
  });

  it('is read no faster than its reader reads', async () => {
    let written = 0;
    const { call, closed } = await callOf((socket) => {
      const text = chunk(`"${'x'.repeat(16_384)}"\n`);
      reply(ndjson, chunked, '\r\n')(socket);
      const write = (): void => {
        while (written < 100_000 && socket.write(text)) written++;
        written++;
      };
      socket.on('drain', write);
      write();
    });
    const stream = await call(undefined, background);
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    let before = -1;
    while (written !== before) {
      before = written;
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(written).toBeLessThan(2000);
    await iterator.return?.();
    await closed;
  });

  it('closes the request where the reader turns away before the first message', async () => {
    const { call, closed, outcome } = await callOf(reply(ndjson, chunked, '\r\n', chunk('1\n')));
    const iterator = (await call(undefined, background))[Symbol.asyncIterator]();
    await iterator.return?.();
    await closed;
    expect(await outcome).toEqual({ status: 200, error: undefined });
  });

  it('closes the request where the reader turns away while it waits for a message', async () => {
    const { call, closed, outcome } = await callOf(reply(ndjson, chunked, '\r\n', chunk('1\n')));
    const iterator = (await call(undefined, background))[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toMatchObject({ done: true });
    await closed;
    expect(await outcome).toEqual({ status: 200, error: undefined });
  });

  it('ends at the deadline, while it waits and while nobody reads', async () => {
    for (const isRead of [true, false]) {
      const clock = fakeClock();
      const { call, closed, outcome } = await callOf(reply(ndjson, chunked, '\r\n', chunk('1\n')), {
        timeoutMs: 1000,
      });
      const stream = await call(undefined, createContext({ clock }));
      const iterator = stream[Symbol.asyncIterator]();
      if (isRead) await iterator.next();
      const waiting = isRead ? iterator.next().catch((error: unknown) => error) : undefined;
      await clock.advance(1000);
      await closed;
      expect(await outcome).toMatchObject({ error: { code: 'deadline_exceeded' } });
      await expect(waiting ?? iterator.next().catch((error) => error)).resolves.toMatchObject({
        code: 'deadline_exceeded',
      });
      expect(clock.pending()).toBe(0);
    }
  });

  it('is handed out to a decode of one’s own where the kind says so', async () => {
    const { call } = await callOf(
      reply('content-type: text/plain\r\n', chunked, '\r\n', chunk('ab'), chunk('c'), end),
      {
        kind: 'server_stream',
        decode: (streamed) => {
          expect(streamed.body).toHaveLength(0);
          return streamed.stream();
        },
      },
    );
    const { messages } = await outcomeOf(call(undefined, background));
    // Sound: that is what a body is made of.
    expect(Buffer.concat(messages as Buffer[]).toString()).toBe('abc');
  });

  it('can be read whole after all, within the limit', async () => {
    for (const [maxResponseBytes, ending] of [
      [3, 'abc'],
      [2, 'resource_exhausted'],
    ] as const) {
      const { call } = await callOf(
        reply('content-type: text/plain\r\n', chunked, '\r\n', chunk('ab'), chunk('c'), end),
        {
          kind: 'server_stream',
          decode: async (streamed) => {
            const text = await streamed.text();
            return (async function* () {
              yield text;
            })();
          },
        },
        { maxResponseBytes },
      );
      const { messages, error } = await outcomeOf(call(undefined, background));
      expect(messages[0] ?? error?.code).toBe(ending);
    }
  });

  it('keeps its connection for the next call', async () => {
    const ports = new Set<number | undefined>();
    const { client } = await clientOf(
      (request, response) => {
        ports.add(request.socket.remotePort);
        response.setHeader('content-type', 'application/x-ndjson');
        response.write('1\n');
        response.end('2\n');
      },
      { connections: 1 },
    );
    const call = client.endpoint<undefined, AsyncIterable<unknown>>({
      method: 'GET',
      path: '/',
      decode: ndjsonBody<unknown>(),
    });
    for (let i = 0; i < 5; i++) {
      expect(await outcomeOf(call(undefined, background))).toEqual({ messages: [1, 2] });
    }
    expect(ports.size).toBe(1);
  });

  it('is waited for when the client closes', async () => {
    const { call, client } = await callOf(
      reply(ndjson, chunked, '\r\n', chunk('1\n'), chunk('2\n')),
    );
    const iterator = (await call(undefined, background))[Symbol.asyncIterator]();
    await iterator.next();
    let isClosed = false;
    const closing = client.close().then(() => {
      isClosed = true;
    });
    expect(await iterator.next()).toMatchObject({ value: 2 });
    expect(isClosed).toBe(false);
    await iterator.return?.();
    await closing;
  });
});
