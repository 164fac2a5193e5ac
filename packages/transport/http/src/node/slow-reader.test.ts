import { connect as connectHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { systemClock } from '@fairlead/endpoint';
import { makeCertificates } from '@fairlead/peers/certificates';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from '../../test/deferred.ts';
import { open, untilClosed } from '../../test/raw.ts';
import { createHttpServer, httpHandler } from '../index.ts';

const get = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
/** More than the buffers of the system hold for a connection of loopback. */
const large = 'x'.repeat(32 * 1_048_576);

const { server: own } = await makeCertificates();

/** A server whose answers are `text`, and the sockets of its clients. */
async function listen(text: string, writeTimeoutMs: number) {
  const accepted = deferred<Socket>();
  const called = deferred();
  let calls = 0;
  const handler = httpHandler(
    async () => {
      calls++;
      called.resolve();
      return text;
    },
    { decode: () => undefined },
  );
  const server = createHttpServer(handler, { writeTimeoutMs, maxPipelined: 10 });
  server.server.once('connection', accepted.resolve);
  onTestFinished(() => server.close({ graceMs: 0 }));
  const { port } = await server.listen();
  const client = await open(port);
  return { client, socket: await accepted.promise, called: called.promise, calls: () => calls };
}

const closed = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.once('close', resolve));

describe('a client that does not read its answer', { timeout: 20_000 }, () => {
  it('is cut off', async () => {
    const { client, socket } = await listen(large, 100);
    client.pause().write(get);
    await closed(socket);
    expect(socket.writableFinished).toBe(false);
  });

  it('is cut off where it stops reading in the middle', async () => {
    const { client, socket } = await listen(large, 100);
    client.once('data', () => client.pause());
    client.write(get);
    await closed(socket);
  });

  it('is not read from either, however many requests it sends', async () => {
    const { client, socket, calls } = await listen('x'.repeat(100_000), 200);
    client.pause();
    for (let i = 0; i < 20; i++) client.write(get.repeat(1000));
    await closed(socket);
    // A few megabytes are in the buffers of the system; then nothing is served but what may wait.
    expect(calls()).toBeLessThan(200);
  });

  it('is not confused with one that reads slowly, for much longer than the limit', async () => {
    const { client, socket } = await listen(large, 500);
    const start = performance.now();
    let size = 0;
    client.on('data', (chunk: Buffer) => {
      size += chunk.length;
      client.pause();
      systemClock.schedule(2, () => client.resume());
      if (size >= large.length) client.end();
    });
    client.write(get);
    await closed(socket);
    expect(size).toBeGreaterThan(large.length);
    expect(performance.now() - start).toBeGreaterThan(600);
  });
});

describe('a client over TLS that does not read its answer', { timeout: 20_000 }, () => {
  const handler = httpHandler(async () => large, { decode: () => undefined });
  const tls = own;

  it('is cut off, also where the server speaks HTTP/2', async () => {
    for (const http2 of [false, true]) {
      const server = createHttpServer(handler, { tls, http2, writeTimeoutMs: 100 });
      onTestFinished(() => server.close({ graceMs: 0 }));
      const accepted = deferred<Socket>();
      server.server.once('secureConnection', accepted.resolve);
      const { port } = await server.listen();
      const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      client.on('error', () => {}).pause();
      client.write(get);
      await closed(await accepted.promise);
      client.destroy();
    }
  });

  it('has the limit of HTTP/2 where it speaks that', async () => {
    const clock = fakeClock();
    const server = createHttpServer(handler, { tls, http2: true, clock, writeTimeoutMs: 60_000 });
    onTestFinished(() => server.close({ graceMs: 0 }));
    const accepted = deferred<Socket>();
    server.server.once('secureConnection', accepted.resolve);
    const { port } = await server.listen();
    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    session.on('error', () => {});
    const stream = session.request({ ':path': '/' }).on('error', () => {});
    await new Promise((resolve) => stream.once('response', resolve));
    await clock.advance(1000);
    expect((await accepted.promise).timeout ?? 0).toBe(0);
    session.destroy();
  });
});

describe('the limit on writing', { timeout: 20_000 }, () => {
  it('does not touch an endpoint that takes its time, nor an idle connection', async () => {
    const clock = fakeClock();
    const called = deferred();
    const answer = deferred<string>();
    const handler = httpHandler(
      () => {
        called.resolve();
        return answer.promise;
      },
      { decode: () => undefined },
    );
    const server = createHttpServer(handler, { clock, writeTimeoutMs: 1 });
    const accepted = deferred<Socket>();
    server.server.once('connection', accepted.resolve);
    const { port } = await server.listen();
    const client = await open(port);
    client.write(get);
    await called.promise;
    await clock.advance(10_000);
    const socket = await accepted.promise;
    expect(socket.timeout ?? 0).toBe(0);
    const seen = new Promise((resolve) => client.once('data', resolve));
    answer.resolve('done');
    expect(String(await seen)).toContain('"done"');
    await clock.advance(10_000);
    // Node's own, until the next request.
    expect(socket.timeout).toBeGreaterThanOrEqual(65_000);
    const gone = untilClosed(client);
    await server.close();
    await gone;
    expect(clock.pending()).toBe(0);
  });

  it('ends with the answer that it was for, while the next one is still being made', async () => {
    const clock = fakeClock();
    const answer = deferred<string>();
    let calls = 0;
    const handler = httpHandler(async () => (++calls === 1 ? large : answer.promise), {
      decode: () => undefined,
    });
    const server = createHttpServer(handler, { clock, writeTimeoutMs: 60_000 });
    onTestFinished(() => server.close({ graceMs: 0 }));
    const accepted = deferred<Socket>();
    const finished = deferred();
    server.server.once('connection', accepted.resolve);
    server.server.once('request', (_request, response) =>
      response.once('finish', finished.resolve),
    );
    const client = await open((await server.listen()).port);
    client.write(get + get);
    const socket = await accepted.promise;
    await new Promise<void>((resolve) => {
      client.once('data', () => {
        client.pause();
        resolve();
      });
    });
    await clock.advance(1000);
    expect(socket.timeout).toBeCloseTo(60_000, -1);
    client.resume();
    await finished.promise;
    await clock.advance(1000);
    expect(socket.timeout).toBe(0);
    answer.resolve('done');
  });

  it('looks at nothing while nobody is connected', async () => {
    const clock = fakeClock();
    const server = createHttpServer(() => {}, { clock });
    const { port } = await server.listen();
    expect(clock.pending()).toBe(0);
    const accepted = deferred<Socket>();
    server.server.once('connection', accepted.resolve);
    const client = await open(port);
    const socket = await accepted.promise;
    expect(clock.pending()).toBe(1);
    client.destroy();
    await closed(socket);
    expect(clock.pending()).toBe(0);
    await server.close();
  });

  it('may be left out', async () => {
    const clock = fakeClock();
    const server = createHttpServer(() => {}, { clock, writeTimeoutMs: 0 });
    onTestFinished(() => server.close({ graceMs: 0 }));
    await open((await server.listen()).port);
    expect(clock.pending()).toBe(0);
    expect(() => createHttpServer(() => {}, { writeTimeoutMs: -1 })).toThrow(
      /^writeTimeoutMs must be/,
    );
  });
});
