import { type Context, createContext, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { parseEventStream } from '../../test/event-source.ts';
import { hosts, serve } from '../../test/hosts.ts';
import { open, untilClosed, untilSeen } from '../../test/raw.ts';
import {
  type EventStreamReplyOptions,
  type EventToSend,
  eventStreamReply,
  type HttpHandlerOptions,
  httpHandler,
  lastEventId,
  ndjsonReply,
  streamReply,
} from '../index.ts';
import { EncodedStream, type StreamFormat } from './encoded-stream.ts';

const decode = () => undefined;
const headers = { accept: 'text/event-stream' };

async function* three(): AsyncGenerator<number> {
  yield 1;
  yield 2;
  yield 3;
}

async function* failing(): AsyncGenerator<number> {
  yield 1;
  throw new ServiceError('not_found', 'it is\ngone', { details: { id: 7 } });
}

const tell =
  (stream: () => AsyncIterable<number>): Endpoint<unknown, AsyncIterable<number>> =>
  async () =>
    stream();

/** A handler of events, with the options of the events before those of the handler. */
function events(
  stream: () => AsyncIterable<number>,
  options?: EventStreamReplyOptions<number>,
  more: Partial<HttpHandlerOptions<unknown, AsyncIterable<number>>> = {},
) {
  return httpHandler(tell(stream), { decode, encode: eventStreamReply(options), ...more });
}

describe.each(hosts)('a reply of events on $name', ({ serve }) => {
  it('is what a browser reads, to its end', async () => {
    const { url } = await serve(events(three));
    const reply = await ask(url, { method: 'GET', headers });
    expect(reply.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'transfer-encoding': 'chunked',
    });
    expect(reply.text).toBe('data: 1\n\ndata: 2\n\ndata: 3\n\nevent: end\ndata: \n\n');
    const { events: seen } = parseEventStream(Buffer.from(reply.text));
    expect(seen.map(({ type, data }) => [type, data])).toEqual([
      ['message', '1'],
      ['message', '2'],
      ['message', '3'],
      ['end', ''],
    ]);
  });

  it('tells an error as an event of its own', async () => {
    const { url } = await serve(events(failing));
    const { text, status } = await ask(url, { method: 'GET', headers });
    const { events: seen } = parseEventStream(Buffer.from(text));
    expect(status).toBe(200);
    expect(seen.map(({ type }) => type)).toEqual(['message', 'error']);
    expect(JSON.parse(seen[1]?.data ?? '')).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'it is\ngone',
      code: 'not_found',
      retryable: false,
      details: { id: 7 },
    });
  });
});

describe('a reply of events', () => {
  it('has the ids, names and text of its events, and the time to wait', async () => {
    const sent: readonly EventToSend[] = [
      { id: '7', event: 'tick', data: { n: 1 } },
      { text: 'one\ntwo\r\nthree\rfour' },
      { id: '', data: null },
      { text: '' },
      { id: ' é', text: ' indented' },
    ];
    const handler = httpHandler(
      async () =>
        (async function* () {
          yield* sent;
        })(),
      { decode, encode: eventStreamReply<EventToSend>({ event: (event) => event, retryMs: 1500 }) },
    );
    const { url } = await serve(handler);
    const { text } = await ask(url, { method: 'GET' });
    const { events: seen, retry } = parseEventStream(Buffer.from(text));
    expect(retry).toBe(1500);
    expect(seen.slice(0, -1)).toEqual([
      { type: 'tick', data: '{"n":1}', lastEventId: '7' },
      { type: 'message', data: 'one\ntwo\nthree\nfour', lastEventId: '7' },
      { type: 'message', data: 'null', lastEventId: '' },
      { type: 'message', data: '', lastEventId: '' },
      { type: 'message', data: ' indented', lastEventId: ' é' },
    ]);
  });

  it.each<[string, EventToSend]>([
    ['an id with a line break', { id: '1\ndata: forged', data: 1 }],
    ['an id with a carriage return', { id: '1\rid: 2', data: 1 }],
    ['an id with NUL', { id: '\0', data: 1 }],
    ['a name with a line break', { event: 'x\n\ndata: forged', data: 1 }],
    ['the name of our error', { event: 'error', data: 1 }],
    ['the name of our end', { event: 'end', data: 1 }],
    ['what has no JSON', { data: () => 1 }],
    ['nothing', {}],
  ])('fails at %s, and closes the messages', async (_what, event) => {
    const closed = deferred();
    const errors: unknown[] = [];
    async function* messages() {
      try {
        for (;;) yield 1;
      } finally {
        closed.resolve();
      }
    }
    const options = { onError: (error: unknown) => errors.push(error) };
    const { url } = await serve(events(messages, { event: () => event }, options));
    const { text } = await ask(url, { method: 'GET' });
    await closed.promise;
    const { events: seen } = parseEventStream(Buffer.from(text));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ type: 'error', data: expect.stringContaining('"internal"') });
    expect(errors).toHaveLength(1);
  });

  it('checks its options', () => {
    expect(() => eventStreamReply({ heartbeatMs: 0 })).toThrow('heartbeatMs');
    expect(() => eventStreamReply({ retryMs: 1.5 })).toThrow('retryMs');
    expect(() => ndjsonReply({ heartbeatMs: -1 })).toThrow('heartbeatMs');
  });

  it('beats where nothing else is sent, and leaves no timer', async () => {
    const clock = fakeClock();
    const messages = [deferred<number>(), deferred<number>()] as const;
    async function* slow() {
      for (const message of messages) yield await message.promise;
    }
    const { port } = await serve(events(slow, { heartbeatMs: 1000 }, { clock }));
    const socket = await open(port);
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString();
    });
    const body = () => text.split('\r\n').filter((line) => /^(?::|data|event)/.test(line));
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await untilSeen(socket, 'chunked\r\n\r\n');
    await clock.advance(999);
    const first = untilSeen(socket, ':\n\n');
    await clock.advance(1);
    await first;
    const second = untilSeen(socket, 'data: 1');
    await clock.advance(500);
    messages[0].resolve(1);
    await second;
    // The message counts as a sign of life: the next beat comes a second after it.
    await clock.advance(999);
    expect(body()).toEqual([':\n\n', 'data: 1\n\n']);
    const third = untilSeen(socket, ':\n\n');
    await clock.advance(1);
    await third;
    const end = untilSeen(socket, 'event: end');
    messages[1].resolve(2);
    await end;
    expect(clock.pending()).toBe(0);
  });

  it('does not beat while the client does not read, and nothing piles up', async () => {
    const clock = fakeClock();
    const silent: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    const format: StreamFormat<number> = {
      message: String,
      start: '',
      end: '',
      heartbeat: ':',
      heartbeatMs: 10,
    };
    const stream = new EncodedStream(silent, format, createContext({ clock }));
    for (let read = 0; read < 2; read++) {
      const beat = stream.next();
      await clock.advance(10);
      expect(await beat).toEqual({ done: false, value: ':' });
      await clock.advance(1000);
    }
    expect(clock.pending()).toBe(1);
    await stream.return();
    expect(clock.pending()).toBe(0);
  });

  it('tells the deadline as an error, and leaves nothing behind', async () => {
    const clock = fakeClock();
    const closed = deferred();
    const silent: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        async return() {
          closed.resolve();
          return { done: true, value: undefined };
        },
      }),
    };
    const { port } = await serve(events(() => silent, {}, { clock, timeoutMs: 100 }));
    const socket = await open(port);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    await untilSeen(socket, 'chunked\r\n\r\n');
    const answer = untilClosed(socket);
    await clock.advance(100);
    await closed.promise;
    // The body ends well, with its last chunk: the error is told, nothing is cut.
    expect(await answer).toMatch(/event: error\ndata: .*"deadline_exceeded".*\n\n\r\n0\r\n\r\n$/);
    expect(clock.pending()).toBe(0);
  });

  it('goes on where the client lost it', async () => {
    const handler = httpHandler(
      async (after: string | undefined) =>
        (async function* () {
          yield after;
        })(),
      { decode: lastEventId, encode: eventStreamReply() },
    );
    const { url } = await serve(handler);
    const first = async (id?: string) => {
      const given = id === undefined ? {} : { 'last-event-id': id };
      const { text } = await ask(url, { method: 'GET', headers: given });
      return parseEventStream(Buffer.from(text)).events[0]?.data;
    };
    expect(await first('7')).toBe('"7"');
    expect(await first(Buffer.from('é€').toString('latin1'))).toBe('"é€"');
    // There is no JSON of undefined: the message is refused.
    expect(await first()).toContain('internal');
  });
});

describe('streamReply', () => {
  it.each([
    [undefined, 'ndjson'],
    ['*/*', 'ndjson'],
    ['application/x-ndjson', 'ndjson'],
    ['application/json, text/plain;q=0.5', 'ndjson'],
    ['text/event-stream', 'event'],
    ['Text/Event-Stream', 'event'],
    ['application/json;q=0.9, text/event-stream;q=0.5', 'event'],
    ['text/event-stream;q=0', 'ndjson'],
    ['text/event-stream;q=0.0', 'ndjson'],
    ['text/event-streams', 'ndjson'],
  ])('sends to a client that accepts %s: %s', async (accept, kind) => {
    const handler = httpHandler(tell(three), { decode, encode: streamReply() });
    const { url } = await serve(handler);
    const reply = await ask(url, {
      method: 'GET',
      headers: accept === undefined ? {} : { accept },
    });
    expect(reply.headers['content-type']).toContain(kind);
    expect(reply.headers['vary']).toBe('accept');
  });
});

describe('a reply of NDJSON', () => {
  it('is what a handler sends of a stream by default', async () => {
    const { url } = await serve(httpHandler(tell(three), { decode }));
    const reply = await ask(url);
    expect(reply.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(reply.text).toBe('1\n2\n3\n');
  });

  it('tells an error in a line that is no JSON', async () => {
    const { url } = await serve(httpHandler(tell(failing), { decode, encode: ndjsonReply() }));
    const [message, error, ...rest] = (await ask(url)).text.split('\n');
    expect(message).toBe('1');
    expect(rest).toEqual(['']);
    expect(error).toMatch(/^error \{.*"code":"not_found".*\}$/);
    expect(() => JSON.parse(error ?? '')).toThrow(SyntaxError);
  });

  it('beats with blank lines where it is told to', async () => {
    const clock = fakeClock();
    const encode = ndjsonReply({ heartbeatMs: 1000 });
    const never = (ctx: Context): AsyncIterable<number> => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((_resolve, reject) => void ctx.onAbort(reject)),
      }),
    });
    const { port } = await serve(
      httpHandler(async (_, ctx) => never(ctx), { decode, encode, clock }),
    );
    const socket = await open(port);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await untilSeen(socket, 'chunked\r\n\r\n');
    const beat = untilSeen(socket, '1\r\n\n\r\n');
    await clock.advance(1000);
    await beat;
  });
});
