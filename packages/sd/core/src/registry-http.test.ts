import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { background, createContext } from '@fairlead/endpoint';
import { makeCertificates } from '@fairlead/peers/certificates';
import { createFaultProxy, fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { createRegistryHttp, type RegistryHttpOptions } from './registry-http.ts';

vi.setConfig({ testTimeout: 30_000 });

async function serve(listener: RequestListener, options: Partial<RegistryHttpOptions> = {}) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const http = createRegistryHttp({ url: `http://127.0.0.1:${port}`, ...options });
  return {
    http,
    server,
    port,
    async [Symbol.asyncDispose]() {
      http.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const get = { method: 'GET', path: '/' } as const;

describe('createRegistryHttp', () => {
  it('sends a method, a path, headers and JSON, and reads the answer', async () => {
    await using fixture = await serve(
      async (request, response) => {
        const chunks = await request.toArray();
        const { method, url, headers } = request;
        response.statusCode = 404;
        response.setHeader('x-index', '7');
        const type = headers['content-type'];
        response.end(JSON.stringify([method, url, headers['x-token'], type, chunks.join('')]));
      },
      { headers: { 'x-token': 'secret' } },
    );
    const answer = await fixture.http.send(
      { method: 'PUT', path: '/v1/a?b=c', body: { d: 'é' } },
      background,
    );
    expect(answer.json()).toEqual(['PUT', '/v1/a?b=c', 'secret', 'application/json', '{"d":"é"}']);
    expect([answer.status, answer.headers['x-index']]).toEqual([404, '7']);
  });

  it('puts the path of its URL before every other', async () => {
    await using fixture = await serve((request, response) => response.end(request.url));
    const http = createRegistryHttp({ url: `http://127.0.0.1:${fixture.port}/consul/` });
    const { text } = await http.send({ method: 'GET', path: '/v1' }, background);
    expect(text).toBe('/consul/v1');
    http.close();
  });

  it('keeps its connection, and takes another where that one is dead', async () => {
    let connections = 0;
    await using fixture = await serve((_, response) => response.end('[]'));
    fixture.server.on('connection', () => {
      connections += 1;
    });
    await using proxy = createFaultProxy({ target: `127.0.0.1:${fixture.port}` });
    await proxy.listen();
    const http = createRegistryHttp({ url: `http://${proxy.address}` });
    for (let i = 0; i < 3; i++) await http.send(get, background);
    expect(connections).toBe(1);
    proxy.reset();
    const { status } = await http.send(get, background);
    expect([status, connections]).toEqual([200, 2]);
    http.close();
  });

  it('rejects with unavailable where nobody answers, and says where', async () => {
    const http = createRegistryHttp({ url: 'http://user:secret@127.0.0.1:1' });
    const failure = http.send({ method: 'GET', path: '/v1?token=x' }, background);
    await expect(failure).rejects.toMatchObject({
      code: 'unavailable',
      message: 'GET http://127.0.0.1:1/v1 was not answered: connect ECONNREFUSED 127.0.0.1:1',
    });
  });

  it('rejects where the answer breaks off', async () => {
    await using fixture = await serve((_, response) => {
      response.setHeader('content-length', 100);
      response.write('[', () => response.destroy());
    });
    await expect(fixture.http.send(get, background)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('reads no more than it may', async () => {
    await using fixture = await serve((_, response) => response.end('x'.repeat(101)), {
      maxBytes: 100,
    });
    const failure = fixture.http.send(get, background);
    await expect(failure).rejects.toMatchObject({ code: 'resource_exhausted', retryable: false });
  });

  it('says so where the answer is no JSON', async () => {
    await using fixture = await serve((_, response) => response.end('<html>'));
    const { json } = await fixture.http.send(get, background);
    expect(json).toThrow(/no JSON/);
  });

  it('ends with its context, before and while it is answered, and leaves nothing on it', async () => {
    const clock = fakeClock();
    let closed: Promise<unknown> = Promise.resolve();
    await using fixture = await serve((request, response) => {
      closed = once(response, 'close');
      if (request.url === '/begun') response.write('[');
    });
    for (const path of ['/silent', '/begun']) {
      const arrived = once(fixture.server, 'request');
      using ctx = createContext({ clock, timeoutMs: 1000 });
      const failure = expect(fixture.http.send({ method: 'GET', path }, ctx)).rejects.toMatchObject(
        { code: 'deadline_exceeded' },
      );
      await arrived;
      await clock.advance(1000);
      await failure;
      await closed;
    }
    await expect.poll(() => clock.pending()).toBe(0);
  });

  it('gives up to connect', async () => {
    const clock = fakeClock();
    const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const bound = silent.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    // Connected, but TLS never is.
    const http = createRegistryHttp({ url: `https://127.0.0.1:${port}`, connectMs: 500 });
    const arrived = once(silent, 'connection');
    using ctx = createContext({ clock });
    const failure = expect(http.send(get, ctx)).rejects.toThrow(/not connected after 500 ms/);
    await arrived;
    await clock.advance(500);
    await failure;
    await expect.poll(() => clock.pending()).toBe(0);
    silent.close();
    http.close();
  });

  it('reads a stream line by line, however it is cut, until the context ends', async () => {
    await using fixture = await serve((_, response) => {
      response.write('{"a":1}\n\n{"b"');
      response.write(':"é"}\n');
    });
    using ctx = createContext();
    const { lines, status } = await fixture.http.open(get, ctx);
    const read: string[] = [];
    const reading = (async () => {
      for await (const line of lines) if (read.push(line) === 2) ctx.cancel();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'canceled' });
    expect([status, ...read]).toEqual([200, '{"a":1}', '{"b":"é"}']);
  });

  it('closes the connection of a stream that is left', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    await using fixture = await serve((_, response) => {
      closed = once(response, 'close');
      response.write('one\n');
    });
    const { lines } = await fixture.http.open(get, background);
    for await (const line of lines) {
      expect(line).toBe('one');
      break;
    }
    await closed;
  });

  it('refuses a line that is too long', async () => {
    await using fixture = await serve((_, response) => response.write('x'.repeat(200)), {
      maxBytes: 100,
    });
    const { lines } = await fixture.http.open(get, background);
    const reading = (async () => {
      for await (const _line of lines);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'resource_exhausted' });
  });

  it('speaks TLS to whom the authority has signed, with a certificate of its own', async () => {
    const { ca, server, client } = await makeCertificates();
    const options = { ...server, ca, requestCert: true, rejectUnauthorized: true };
    const listener = createTlsServer(options, (_, response) => response.end('[]'));
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const bound = listener.address();
    const url = `https://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
    const trusted = createRegistryHttp({ url, tls: { ca, ...client } });
    expect((await trusted.send(get, background)).status).toBe(200);
    const stranger = createRegistryHttp({ url });
    await expect(stranger.send(get, background)).rejects.toMatchObject({ code: 'unavailable' });
    trusted.close();
    stranger.close();
    listener.close();
  });

  it('refuses what is no URL of a registry', () => {
    expect(() => createRegistryHttp({ url: '127.0.0.1:8500' })).toThrow(/http:\/\/127/);
  });
});
