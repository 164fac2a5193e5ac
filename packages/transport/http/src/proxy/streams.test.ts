import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request as nodeRequest, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fakeClock } from '@fairlead/testing';
import type { Outcome } from '@fairlead/transport';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { serve } from '../../test/hosts.ts';
import { mirror } from '../../test/mirror.ts';
import { proxied } from '../../test/proxied.ts';
import { exchange, open, untilClosed, untilSeen } from '../../test/raw.ts';
import { createReverseProxy, type ReverseProxyOptions } from '../index.ts';

/** A proxy before a target that holds every request until the test lets it go. */
async function holdingTarget(options: ReverseProxyOptions = {}) {
  const came = deferred<{ request: IncomingMessage; response: ServerResponse }>();
  const closed = deferred();
  const ended = deferred<Outcome>();
  const front = await proxied(
    (request, response) => {
      response.once('close', () => closed.resolve());
      came.resolve({ request, response });
    },
    { ...options, finalize: [(_ctx, _call, outcome) => ended.resolve(outcome)] },
  );
  return { ...front, came: came.promise, closed: closed.promise, ended: ended.promise };
}

const get = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';

describe('the streams of a reverse proxy', () => {
  it('go on in both directions at once', async () => {
    const { port } = await proxied((request, response) => {
      response.flushHeaders();
      request.pipe(response);
    });
    const socket = await open(port);
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n');
    await untilSeen(socket, 'one');
    socket.write('3\r\ntwo\r\n');
    await untilSeen(socket, 'two');
    const rest = untilSeen(socket, '\r\n0\r\n\r\n');
    socket.write('5\r\nthree\r\n0\r\n\r\n');
    expect(await rest).toContain('three');
  });

  it('hand on trailers, but for those that decide about the message', async () => {
    const { port } = await proxied((request, response) => {
      request.resume().on('end', () => {
        response.write('body');
        const seen = Object.entries(request.trailers).map(([name, value]) => `${name}=${value}`);
        response.addTrailers([['x-seen', seen.join()]]);
        response.end();
      });
    });
    const answer = await exchange(
      port,
      'POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n' +
        '1\r\na\r\n0\r\nx-sum: 7\r\nauthorization: x\r\ncontent-type: x\r\n\r\n',
    );
    expect(answer).toMatch(/0\r\nx-seen: x-sum=7\r\n\r\n$/);
  });

  it('hand on early hints, and no other announcement', async () => {
    const { port } = await proxied((_request, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('done');
    });
    const answer = await exchange(port, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(
      /^HTTP\/1.1 103 .*\r\nLink: <\/a.css>; rel=preload\r\n\r\nHTTP\/1.1 200 /i,
    );
    expect(answer).not.toContain(' 102 ');
  });

  it('live on after hints that cannot be handed on', async () => {
    const { url } = await proxied(({ socket }) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: not a link\r\n\r\n');
      socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok');
    });
    expect((await ask(url)).text).toBe('ok');
  });

  it('bring a body that waits to be asked for', async () => {
    const { url } = await proxied(mirror);
    const sent = nodeRequest(url, {
      method: 'POST',
      agent: false,
      headers: { expect: '100-continue', 'content-length': '5' },
    });
    sent.on('continue', () => sent.end('hello'));
    sent.flushHeaders();
    const [reply] = await once(sent, 'response');
    const { body, headers } = JSON.parse(String(await reply.toArray()));
    expect(body).toBe('hello');
    expect(headers).not.toHaveProperty('expect');
  });

  it('end with an answer that comes before all of the body, and close', async () => {
    const { port } = await proxied((_request, response) => {
      response.writeHead(413, { connection: 'close', 'content-length': '3' }).end('too');
    });
    const answer = await exchange(
      port,
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n',
      'x'.repeat(1000),
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 [\s\S]*connection: close[\s\S]*too$/i);
  });

  it('are no longer than maxBodyBytes', async () => {
    let heard = 0;
    const { url } = await proxied(
      (request, response) => {
        heard++;
        mirror(request, response);
      },
      { maxBodyBytes: 5 },
    );
    expect((await ask(url, { body: 'x'.repeat(5) })).status).toBe(200);
    expect((await ask(url, { body: 'x'.repeat(6) })).status).toBe(413);
    expect(heard).toBe(1);
    expect((await ask(url, { body: ['xxx', 'xxx'] })).status).toBe(413);
  });

  it.each(['whole', 'in chunks'])(
    'wait for who reads slowly: a body %s is not read ahead',
    async (how) => {
      let written = 0;
      const { port } = await proxied((_request, response) => {
        const chunk = Buffer.alloc(65_536);
        if (how === 'whole') response.setHeader('content-length', 2000 * chunk.length);
        const more = (): void => {
          while (written < 2000) {
            written++;
            if (!response.write(chunk)) return;
          }
          response.end();
        };
        response.on('drain', more);
        more();
      });
      const socket = await open(port);
      socket.pause();
      socket.write(get);
      let before = -1;
      // Until nothing moves for many turns of the event loop: the buffers of the system are full.
      for (let still = 0; still < 2000; still = written === before ? still + 1 : 0) {
        before = written;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(written).toBeGreaterThan(0);
      expect(written).toBeLessThan(1000);
      socket.destroy();
    },
  );

  it('of a hundred megabytes take little memory in either direction', {
    timeout: 60_000,
  }, async () => {
    const script = fileURLToPath(new URL('../../test/proxy-memory.ts', import.meta.url));
    const args = ['--import', 'tsx', '--conditions=@fairlead/source', script];
    const options = { timeout: 50_000, cwd: fileURLToPath(new URL('../..', import.meta.url)) };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    const { bytes, grown, resources } = JSON.parse(stdout);
    expect({ bytes, resources }).toEqual({ bytes: 100 << 20, resources: [] });
    expect(grown).toBeLessThan(64 << 20);
  });
});

describe('the end of a call through a reverse proxy', () => {
  it('reaches the target when the caller leaves, before there is an answer', async () => {
    const { port, came, closed, ended } = await holdingTarget();
    const socket = await open(port);
    socket.write(get);
    await came;
    socket.destroy();
    await closed;
    expect(await ended).toMatchObject({ status: 499, error: { code: 'canceled' } });
  });

  it('reaches the target when the caller leaves in the middle of a body, of either', async () => {
    const reply = await holdingTarget();
    const reader = await open(reply.port);
    reader.write(get);
    const { response } = await reply.came;
    response.write('first');
    await untilSeen(reader, 'first');
    reader.destroy();
    await reply.closed;
    expect(await reply.ended).toMatchObject({ status: 200, error: { code: 'canceled' } });

    const request = await holdingTarget();
    const writer = await open(request.port);
    writer.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhello');
    await request.came;
    writer.destroy();
    await request.closed;
    expect(await request.ended).toMatchObject({ error: { code: 'canceled' } });
  });

  it('reaches the caller when the target breaks off', async () => {
    const { port, came, ended } = await holdingTarget();
    const socket = await open(port);
    const all = untilClosed(socket);
    socket.write(get);
    const { response } = await came;
    response.write('first');
    await untilSeen(socket, 'first');
    response.destroy();
    expect(await all).not.toContain('\r\n0\r\n');
    expect(await ended).toMatchObject({ status: 200, error: { code: 'unavailable' } });
  });

  it('comes at the deadline: 504, and nothing more for the target', async () => {
    const clock = fakeClock();
    const { url, came, closed, ended } = await holdingTarget({ clock, timeoutMs: 1000 });
    const answer = ask(url, { headers: { 'connect-timeout-ms': '500' }, body: 'x' });
    const { request } = await came;
    expect(request.headers).toMatchObject({ 'connect-timeout-ms': '500', 'grpc-timeout': '500m' });
    await clock.advance(500);
    expect(await answer).toMatchObject({ status: 504, json: { code: 'deadline_exceeded' } });
    await closed;
    expect(await ended).toMatchObject({ status: 504 });
  });

  it('comes at the deadline of a body that is still sent, whose connection is closed', async () => {
    const clock = fakeClock();
    const { port, came, closed } = await holdingTarget({ clock, timeoutMs: 1000 });
    const socket = await open(port);
    const answer = untilClosed(socket);
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhello');
    await came;
    await clock.advance(1000);
    expect(await answer).toMatch(/^HTTP\/1.1 504 [\s\S]*connection: close/i);
    await closed;
  });

  it('comes when nothing moves for too long', async () => {
    const { url, closed } = await holdingTarget({ idleTimeoutMs: 20 });
    expect(await ask(url)).toMatchObject({
      status: 504,
      json: { code: 'deadline_exceeded', detail: 'nothing moved for 20 ms' },
    });
    await closed;
  });

  it('tries once more where the target closed a kept connection, if that does no harm', async () => {
    let sockets = 0;
    let stale = true;
    const { url, upstream } = await proxied((request, response) => {
      if (stale && sockets === 1 && request.url === '/again') request.socket.destroy();
      else response.end(request.url);
    });
    upstream.server.on('connection', () => sockets++);
    // It reaches the target over the kept connection, which the target then resets.
    expect((await ask(url, { method: 'GET', path: '/first' })).text).toBe('/first');
    expect((await ask(url, { method: 'GET', path: '/again' })).text).toBe('/again');
    expect(sockets).toBe(2);
    stale = false;
  });

  it('waits for the calls in flight when the proxy closes, and leaves no connection', async () => {
    const { proxy, url, upstream, came } = await holdingTarget();
    const answer = ask(url);
    const { response } = await came;
    let open = true;
    const closed = proxy.close().then(() => {
      open = false;
    });
    expect(await ask(url, { body: 'x' })).toMatchObject({
      status: 503,
      json: { detail: 'the proxy is closed' },
    });
    expect(open).toBe(true);
    response.end('done');
    expect((await answer).text).toBe('done');
    await closed;
    await new Promise<void>((resolve) => upstream.server.close(() => resolve()));
  });

  it('of a proxy that was never used is nothing', async () => {
    const proxy = createReverseProxy('https://127.0.0.1:1');
    await proxy.close();
    const { url } = await serve(proxy.handler);
    expect((await ask(url)).status).toBe(503);
  });
});
