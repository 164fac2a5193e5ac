import { background, type Context, ServiceError } from '@fairlead/endpoint';
import type { Outcome } from '@fairlead/transport';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { hosts, serve } from '../../test/hosts.ts';
import { clientOf } from '../../test/mirror.ts';
import { open, untilClosed, untilSeen } from '../../test/raw.ts';
import {
  createHttpClient,
  type HttpHandlerOptions,
  httpHandler,
  type NdjsonBodyOptions,
  ndjsonBody,
} from '../index.ts';

async function collect(messages: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

/** A handler that answers with the messages that it got. */
function collecting(
  options: NdjsonBodyOptions = {},
  more: Partial<HttpHandlerOptions<AsyncIterable<unknown>, unknown>> = {},
) {
  return httpHandler(collect, { decode: ndjsonBody<unknown>(undefined, options), ...more });
}

const head = 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n';
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

describe.each(hosts)('a stream of requests on $name', ({ serve }) => {
  it.each<[string, readonly (string | Buffer)[], readonly unknown[]]>([
    ['one on each line', ['1\n{"a":2}\n"x"\n'], [1, { a: 2 }, 'x']],
    ['nothing', [''], []],
    ['a last line without its end', ['1\n2'], [1, 2]],
    ['CRLF', ['1\r\n2\r\n'], [1, 2]],
    ['blank lines', ['\n1\n\n \t\r\n2\n\n'], [1, 2]],
    ['a byte order mark', ['\ufeff1\n2\n'], [1, 2]],
    ['null', ['null\nfalse\n'], [null, false]],
    ['text in any script', ['"€ 𝄞 \\u2028"\n'], ['€ 𝄞 \u2028']],
  ])('takes %s', async (_what, body, messages) => {
    const { url } = await serve(collecting());
    const headers = { 'content-type': 'application/x-ndjson' };
    expect(await ask(url, { headers, body: Buffer.from(body.join('')) })).toMatchObject({
      status: 200,
      json: messages,
    });
  });

  it('takes lines wherever the pieces that they come in end', async () => {
    const { port } = await serve(collecting());
    const text = '{"a":"€"}\n[1,2]\n';
    const socket = await open(port);
    socket.write(head);
    for (const byte of Buffer.from(text)) {
      socket.write(Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]));
    }
    socket.write('0\r\n\r\n');
    expect(await untilSeen(socket, ']]')).toContain('[{"a":"â\x82¬"},[1,2]]');
  });

  it.each<[string, string | Buffer, number, string]>([
    ['bad JSON', '1\n{"a":\n', 400, 'line 2 is not valid JSON'],
    [
      'bytes that are not UTF-8',
      Buffer.from([0x22, 0xff, 0x22, 10]),
      400,
      'line 1 is not valid UTF-8',
    ],
    ['a poisonous key', '{"__proto__":1}\n', 400, 'line 1 is not valid JSON'],
    ['deep nesting', `${'['.repeat(65)}\n`, 400, 'the JSON nests deeper than 64 levels'],
    ['a line that tells an error', 'error {"code":"not_found"}\n', 400, 'line 1 is not valid JSON'],
    ['a long line', `"${'x'.repeat(99)}"\n`, 413, 'a line is longer than 100 bytes'],
    ['a long line without an end', 'x'.repeat(101), 413, 'a line is longer than 100 bytes'],
    ['too much in all', '"12345678"\n'.repeat(30), 413, 'the stream is larger than 300 bytes'],
  ])('refuses %s', async (_what, body, status, message) => {
    const { url } = await serve(collecting({ maxLineBytes: 100, maxTotalBytes: 300 }));
    const answer = await ask(url, { body });
    expect(answer.json).toMatchObject({ status, detail: expect.stringContaining(message) });
  });

  it('refuses another content type', async () => {
    const { url } = await serve(collecting());
    const headers = { 'content-type': 'text/csv' };
    expect(await ask(url, { headers, body: '1' })).toMatchObject({
      status: 415,
      json: { detail: 'unsupported content type: send application/x-ndjson' },
    });
  });
});

describe('a stream of requests', () => {
  it('is checked message by message with a schema', async () => {
    const seen: unknown[] = [];
    const point = z.object({ x: z.number(), y: z.number().default(0) });
    const handler = httpHandler(
      async (points: AsyncIterable<z.output<typeof point>>) => {
        for await (const message of points) seen.push(message);
      },
      { decode: ndjsonBody(point) },
    );
    const { url } = await serve(handler);
    const { json, status } = await ask(url, { body: '{"x":1}\n{"x":"2"}\n{"x":3}\n' });
    expect({ json, status }).toMatchObject({
      status: 400,
      json: { code: 'invalid_argument', details: { issues: [{ path: '/x' }] } },
    });
    expect(seen).toEqual([{ x: 1, y: 0 }]);
  });

  it('has the limits of the handler for each message, where it has none of its own', async () => {
    const { url } = await serve(collecting({}, { maxBodyBytes: 10, maxJsonDepth: 1 }));
    expect(await ask(url, { body: '"1234567"\n'.repeat(100) })).toMatchObject({ status: 200 });
    expect(await ask(url, { body: '"12345678901"\n' })).toMatchObject({ status: 413 });
    expect(await ask(url, { body: '[[]]\n' })).toMatchObject({ status: 400 });
  });

  it('keeps its connection where it was read to its end, and else closes it', async () => {
    const { url } = await serve(collecting());
    expect(
      (await ask(url, { headers: { connection: 'keep-alive' }, body: '1' })).headers,
    ).toMatchObject({ connection: 'keep-alive' });

    const first = httpHandler(
      async (messages: AsyncIterable<unknown>) => {
        for await (const message of messages) return message;
        return undefined;
      },
      { decode: ndjsonBody<unknown>() },
    );
    const { port } = await serve(first);
    const socket = await open(port);
    socket.write(head + chunk('1\n2\n'));
    const answer = await untilClosed(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('Connection: close');
    expect(answer).toMatch(/\r\n\r\n1$/);
  });

  it('is canceled where the client leaves before its end', async () => {
    const outcome = deferred<Outcome>();
    const first = deferred();
    const seen: unknown[] = [];
    const handler = httpHandler(
      async (messages: AsyncIterable<unknown>) => {
        for await (const message of messages) {
          seen.push(message);
          first.resolve();
        }
      },
      {
        decode: ndjsonBody<unknown>(),
        finalize: [(_ctx, _call, ended) => outcome.resolve(ended)],
      },
    );
    const { port } = await serve(handler);
    const socket = await open(port);
    socket.write(head + chunk('1\n2'));
    await first.promise;
    socket.destroy();
    expect(await outcome.promise).toMatchObject({ error: { code: 'canceled' } });
    expect(seen).toEqual([1]);
  });

  it('is read again by nobody', async () => {
    const handler = httpHandler(async (both: AsyncIterable<unknown>) => collect(both), {
      decode: async (request, ctx) => {
        await request.text();
        return ndjsonBody<unknown>()(request, ctx);
      },
    });
    const { url } = await serve(handler);
    expect(await ask(url, { body: '1' })).toMatchObject({ status: 500 });
  });

  it('ends with the context, also while nobody reads', async () => {
    const ended = deferred<unknown>();
    const handler = httpHandler(
      async (messages: AsyncIterable<unknown>, ctx: Context) => {
        await new Promise((resolve) => void ctx.onAbort(resolve));
        await collect(messages).catch(ended.resolve);
      },
      { decode: ndjsonBody<unknown>(), timeoutMs: 20 },
    );
    const { port } = await serve(handler);
    const socket = await open(port);
    socket.write(head + chunk('1\n2\n'));
    expect(await ended.promise).toMatchObject({ code: 'deadline_exceeded' });
  });
});

describe('a call that sends a stream', () => {
  it('gets an answer that comes before the stream has ended, whatever is on its way', {
    timeout: 30_000,
  }, async () => {
    const refuse = httpHandler(
      async (messages: AsyncIterable<unknown>) => {
        for await (const _ of messages) throw new ServiceError('permission_denied', 'enough');
      },
      { decode: ndjsonBody<unknown>() },
    );
    const { client } = await clientOf(refuse);
    const call = client.endpoint<AsyncIterable<string>, unknown>({ path: '/' });
    for (let round = 0; round < 20; round++) {
      let closed = false;
      async function* endless() {
        try {
          for (;;) yield 'x'.repeat(50_000);
        } finally {
          closed = true;
        }
      }
      await expect(call(endless(), background)).rejects.toMatchObject({
        code: 'permission_denied',
      });
      expect(closed).toBe(true);
    }
  });

  it('fails with what the messages fail with, and the server sees no whole request', async () => {
    const outcome = deferred<Outcome>();
    const handler = collecting({}, { finalize: [(_ctx, _call, ended) => outcome.resolve(ended)] });
    const { client } = await clientOf(handler);
    const call = client.endpoint<AsyncIterable<number>, unknown>({ path: '/' });
    const broken = new Error('disk on fire');
    async function* failing() {
      yield 1;
      throw broken;
    }
    await expect(call(failing(), background)).rejects.toMatchObject({
      code: 'internal',
      cause: broken,
    });
    expect(await outcome.promise).toMatchObject({ error: { code: 'canceled' } });
  });

  it('closes messages that wait for a connection that cannot be made', async () => {
    await using client = createHttpClient('http://127.0.0.1:1');
    const closed = deferred();
    const messages: AsyncIterable<unknown> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        async return() {
          closed.resolve();
          return { done: true, value: undefined };
        },
      }),
    };
    const call = client.endpoint<AsyncIterable<unknown>, unknown>({ path: '/' });
    await expect(call(messages, background)).rejects.toMatchObject({ code: 'unavailable' });
    await closed.promise;
  });
});
