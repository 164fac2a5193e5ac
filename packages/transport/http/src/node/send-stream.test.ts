import type { ServiceError } from '@fairlead/endpoint';
import type { Outcome } from '@fairlead/transport';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { hosts, serve } from '../../test/hosts.ts';
import { open, untilClosed, untilSeen } from '../../test/raw.ts';
import { type HttpHandlerOptions, type HttpReply, httpHandler } from '../index.ts';

const get = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';

type Body = NonNullable<Exclude<HttpReply['body'], string | Uint8Array>>;

/** A handler whose replies have this body, and what is heard of its calls. */
function streaming(body: Body, more: Partial<HttpReply> = {}) {
  const outcome = deferred<Outcome>();
  const errors: unknown[] = [];
  const options: HttpHandlerOptions<undefined, undefined> = {
    decode: () => undefined,
    encode: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body, ...more }),
    onError: (error) => errors.push(error),
    finalize: [(_ctx, _call, ended) => outcome.resolve(ended)],
  };
  return { handler: httpHandler(async () => undefined, options), outcome: outcome.promise, errors };
}

/** A body that never ends, and what became of it. */
function endless(chunk = 'x'.repeat(16_384)) {
  const closed = deferred();
  let made = 0;
  const body: Body = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        made++;
        return { done: false, value: chunk };
      },
      async return() {
        closed.resolve();
        return { done: true, value: undefined };
      },
    }),
  };
  return { body, closed: closed.promise, made: () => made };
}

describe.each(hosts)('a streamed body on $name', ({ serve }) => {
  it('goes out in chunks, without a length', async () => {
    const { handler, outcome } = streaming(
      (async function* () {
        yield 'one ';
        yield Buffer.from('two ');
        yield '';
        yield 'drei €';
      })(),
      { headers: { 'content-length': '3', 'content-type': 'text/plain' } },
    );
    const { url } = await serve(handler);
    const { status, text, headers } = await ask(url, { method: 'GET' });
    expect({ status, text }).toEqual({ status: 200, text: 'one two drei €' });
    expect(headers).toMatchObject({
      'transfer-encoding': 'chunked',
      'content-type': 'text/plain',
    });
    expect(headers).not.toHaveProperty('content-length');
    expect(await outcome).toEqual({ status: 200, error: undefined });
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('is closed unread for %s with %i', async (method, status) => {
    const { body, closed, made } = endless();
    const { handler, outcome } = streaming(body, { status });
    const { url } = await serve(handler);
    expect(await ask(url, { method })).toMatchObject({ status, text: '' });
    await closed;
    expect(made()).toBe(0);
    expect(await outcome).toEqual({ status, error: undefined });
  });
});

describe('a streamed body', () => {
  it('sends its head before there is anything of it', async () => {
    const first = deferred<string>();
    const { handler } = streaming(
      (async function* () {
        yield await first.promise;
      })(),
    );
    const { port } = await serve(handler);
    const socket = await open(port);
    socket.write(get);
    await untilSeen(socket, 'chunked\r\n\r\n');
    first.resolve('there');
    await untilSeen(socket, '5\r\nthere\r\n0\r\n\r\n');
  });

  it('is read no faster than the client reads', async () => {
    const { body, made, closed } = endless();
    const { handler, outcome } = streaming(body);
    const { port } = await serve(handler);
    const socket = await open(port);
    socket.write(get);
    await new Promise((resolve) => socket.once('readable', resolve));
    // What the sockets' buffers hold is some megabytes; the producer then stands still.
    let before = -1;
    while (made() !== before) {
      before = made();
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(made()).toBeLessThan(2000);
    socket.destroy();
    await closed;
    expect(await outcome).toMatchObject({ status: 200, error: { code: 'canceled' } });
  });

  it('is closed when the client leaves while it waits for more', async () => {
    const closed = deferred();
    const { handler, outcome, errors } = streaming({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        async return() {
          closed.resolve();
          throw new Error('dropped');
        },
      }),
    });
    const { port } = await serve(handler);
    const socket = await open(port);
    socket.write(get);
    await untilSeen(socket, 'chunked\r\n\r\n');
    socket.destroy();
    await closed;
    expect(await outcome).toMatchObject({ status: 200, error: { code: 'canceled' } });
    expect(errors).toMatchObject([{ code: 'canceled' }]);
  });

  it('breaks the connection off where it fails, so that nobody takes a part for the whole', async () => {
    const broken = new Error('disk on fire');
    const { handler, outcome, errors } = streaming(
      (async function* () {
        yield 'part';
        throw broken;
      })(),
    );
    const { port } = await serve(handler);
    const socket = await open(port);
    socket.write(get);
    const answer = await untilClosed(socket);
    expect(answer).toContain('chunked\r\n\r\n');
    expect(answer).not.toContain('0\r\n\r\n');
    expect(await outcome).toMatchObject({
      status: 200,
      error: { code: 'internal', cause: broken },
    });
    expect(errors).toEqual([broken]);
  });

  it('ends well where it told the error itself, and the call still fails', async () => {
    const told = new Error('told');
    const { handler, outcome, errors } = streaming(
      (async function* () {
        yield 'sorry';
      })(),
      { streamError: () => told },
    );
    const { url } = await serve(handler);
    expect(await ask(url, { method: 'GET' })).toMatchObject({ status: 200, text: 'sorry' });
    expect(await outcome).toMatchObject({ status: 200, error: { cause: told } });
    expect(errors).toEqual([told]);
  });

  it('is a usual error where it cannot even begin', async () => {
    const { handler, outcome } = streaming({
      [Symbol.asyncIterator]() {
        throw new Error('closed already');
      },
    });
    const { url } = await serve(handler);
    expect(await ask(url, { method: 'GET' })).toMatchObject({ status: 500 });
    expect(await outcome).toMatchObject({ status: 500 });
  });

  it('is cut at the deadline', async () => {
    const { body, closed } = endless();
    const { handler, outcome } = streaming(body);
    const { port } = await serve(handler);
    const socket = await open(port);
    socket.pause();
    socket.write(get.replace('\r\n\r\n', '\r\nconnect-timeout-ms: 50\r\n\r\n'));
    await closed;
    const { error } = await outcome;
    expect((error as ServiceError).code).toBe('deadline_exceeded');
    await untilClosed(socket.resume());
  });
});
