import { EventEmitter, once } from 'node:events';
import { ServiceError } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { hosts, serve } from '../../test/hosts.ts';
import { exchange, open, statusOf, untilClosed, untilSeen } from '../../test/raw.ts';
import { type HttpRequest, httpHandler, jsonBody } from '../index.ts';

const echo = httpHandler(async (body) => ({ body }), { decode: jsonBody(), maxBodyBytes: 100 });

describe.each(hosts)('a JSON body on $name', ({ serve }) => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON ; profile=x; charset=UTF-8',
    'application/vnd.api+json',
  ])('is read as %s', async (type) => {
    const { url } = await serve(echo);
    const reply = await ask(url, { headers: { 'content-type': type }, body: '"é"' });
    expect(reply).toMatchObject({ status: 200, text: '{"body":"é"}' });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'json',
    'application/json; charset=utf-7',
    'application/json; charset=utf-16',
    '',
    ';',
  ])('is refused as %j with 415', async (type) => {
    const { url } = await serve(echo);
    const reply = await ask(url, { headers: { 'content-type': type }, body: '1' });
    expect(reply).toMatchObject({ status: 415 });
    expect(reply.json).toMatchObject({ code: 'invalid_argument', status: 415 });
  });

  it.each([
    ['of bad syntax', '{"a":'],
    ['that is empty', ''],
    ['that is no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['that nests too deep', '['.repeat(90)],
    ['with a key that pollutes', '{"__proto__":{"polluted":1}}'],
    ['with that key in escapes', '{"\\u005f_proto__":{"polluted":1}}'],
    ['with constructor.prototype', '{"constructor":{"prototype":{"polluted":1}}}'],
  ])('%s is refused with 400', async (_what, body) => {
    const { url } = await serve(echo);
    const reply = await ask(url, { body });
    expect(reply).toMatchObject({ status: 400 });
    expect(reply.json).toMatchObject({ code: 'invalid_argument', status: 400 });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('is refused with 400 where there is none at all', async () => {
    const { url } = await serve(echo);
    expect(await ask(url, { method: 'GET' })).toMatchObject({ status: 400 });
  });

  it('may be exactly as long as the limit, and not one byte longer, however it is framed', async () => {
    const { url } = await serve(echo);
    const json = (length: number) => `"${'x'.repeat(length - 2)}"`;
    for (const length of [99, 100]) {
      expect(await ask(url, { body: json(length) })).toMatchObject({ status: 200 });
      expect(await ask(url, { body: [json(length)] })).toMatchObject({ status: 200 });
    }
    for (const body of [json(101), [json(101)], ['"', ...'x'.repeat(100), '"']]) {
      const reply = await ask(url, { body });
      expect(reply).toMatchObject({ status: 413, headers: { connection: 'close' } });
      expect(reply.json).toMatchObject({ code: 'resource_exhausted', retryable: false });
    }
  });
});

describe('a body beyond the limit', () => {
  it('is refused by its length alone, before any of it has come', async () => {
    const { port } = await serve(echo);
    const answer = await exchange(
      port,
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 101\r\n\r\n',
    );
    expect(statusOf(answer)).toBe(413);
  });

  it('is refused at the first byte too many, while more is still to come', async () => {
    const { port } = await serve(echo);
    const answer = await exchange(
      port,
      'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n',
      `65\r\n${'x'.repeat(101)}\r\n`,
    );
    expect(statusOf(answer)).toBe(413);
  });

  it('does not stay in memory, however much of it is sent', async () => {
    const limit = 1_048_576;
    const { port } = await serve(
      httpHandler(async () => 1, {
        // Answers late, so that the sender has its chance to fill the memory.
        decode: async (request) => {
          await request.bytes().catch((error: unknown) => {
            refused = error;
          });
          await sent;
          throw refused;
        },
        maxBodyBytes: limit,
      }),
    );
    let refused: unknown;
    let finish = (): void => {};
    const sent = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const socket = await open(port);
    const answer = untilClosed(socket);
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = Buffer.from(`100000\r\n${'x'.repeat(limit)}\r\n`);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 256; i++) {
      await new Promise<void>((resolve) => socket.write(chunk, () => resolve()));
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(96 * limit);
    finish();
    expect(statusOf(await answer)).toBe(413);
    expect(refused).toMatchObject({ code: 'resource_exhausted' });
  });
});

describe('HttpBody on the server', () => {
  it('reads as bytes and as text, whatever its type', async () => {
    const headers = { 'content-type': 'text/plain' };
    const text = await serve(
      httpHandler(async (s: string) => s.length, { decode: (r) => r.text() }),
    );
    expect(await ask(text.url, { headers, body: 'héé' })).toMatchObject({ text: '3' });
    const bytes = await serve(
      httpHandler(async (b: Uint8Array) => b.length, { decode: (r) => r.bytes() }),
    );
    expect(await ask(bytes.url, { headers, body: ['h', 'éé'] })).toMatchObject({ text: '5' });
    expect(await ask(bytes.url, { method: 'GET' })).toMatchObject({ text: '0' });
  });

  it('cannot be read twice: the second time says so and does not wait', async () => {
    const decode = async (request: HttpRequest) => [await request.text(), await request.text()];
    const { url } = await serve(httpHandler(async (both: string[]) => both, { decode }));
    const reply = await ask(url, { body: 'once' });
    expect(reply).toMatchObject({ status: 500 });
    expect(reply.json).toMatchObject({ detail: expect.stringContaining('read already') });
  });

  it('is heard by whoever listened before, and comes to its end for whoever waits for that', async () => {
    const seen: string[] = [];
    const { port } = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => seen.push(String(chunk)));
      echo(request, response);
    });
    const ended = new EventEmitter();
    const quiet = await serve((request, response) => {
      request.on('end', () => ended.emit('end')).on('close', () => ended.emit('close'));
      echo(request, response);
    });
    const one = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nconnection: close\r\n\r\n1';

    expect(await exchange(port, one)).toContain('{"body":1}');
    expect(seen).toEqual(['1']);
    const both = Promise.all([once(ended, 'end'), once(ended, 'close')]);
    expect(await exchange(quiet.port, one)).toContain('{"body":1}');
    await both;
  });

  it.each([
    ['with its head', ['POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 12\r\n\r\n"0123456789"']],
    ['in two halves', ['POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 12\r\n\r\n"01234', '56789"']],
    [
      'in chunks',
      [
        'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n6\r\n"01234\r\n6\r\n56789"\r\n0\r\n\r\n',
      ],
    ],
  ])('comes whole where it comes %s, on one connection again and again', async (_what, parts) => {
    const begun = new EventEmitter();
    const { port } = await serve((request, response) => {
      begun.emit('begun');
      echo(request, response);
    });
    const socket = await open(port);
    for (let i = 0; i < 5; i++) {
      const seen = untilSeen(socket, '{"body":"0123456789"}');
      const [first = '', second] = parts;
      if (second !== undefined) begun.once('begun', () => socket.write(second));
      socket.write(first);
      await seen;
    }
  });

  it.each([
    ['no listener to a request whose body comes with its head', 0, 'with its head'],
    ['four listeners to a request whose body comes later', 4, 'later'],
  ])('adds %s, and none to anything that outlives it', async (_what, added, comes) => {
    const reading = new EventEmitter();
    const counts: number[] = [];
    const names = ['data', 'end', 'error', 'close'];
    const { server, port } = await serve(
      httpHandler(async () => 1, {
        decode: async (request) => {
          reading.emit('begun');
          await request.json();
        },
        finalize: [
          (_ctx, { request, response }) => {
            const { socket } = request;
            counts.push(
              names.reduce((sum, name) => sum + request.listenerCount(name), 0),
              response.listenerCount('close'),
              socket.listenerCount('close') + socket.listenerCount('error'),
              server.listenerCount('request'),
            );
          },
        ],
      }),
    );
    const socket = await open(port);
    const head = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n';
    for (let i = 0; i < 3; i++) {
      const seen = untilSeen(socket, '\r\n\r\n1');
      if (comes === 'later') reading.once('begun', () => socket.write('1'));
      socket.write(comes === 'later' ? head : `${head}1`);
      await seen;
    }
    const [first, second, third] = [counts.slice(0, 4), counts.slice(4, 8), counts.slice(8)];
    expect(first[0]).toBe(added);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });

  it('is refused as canceled where a hook has destroyed the request', async () => {
    const seen: unknown[] = [];
    const { port } = await serve(
      httpHandler(async () => 1, {
        before: [(_ctx, { request }) => void request.destroy()],
        decode: (request) => request.json(),
        onError: (error) => seen.push(error),
      }),
    );
    await exchange(port, 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1');
    expect(seen).toEqual([expect.any(ServiceError)]);
    expect(seen).toMatchObject([{ code: 'canceled' }]);
  });
});
