import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { background } from '@fairlead/endpoint';
import { describe, expect, it } from 'vitest';
import { serve } from '../test/hosts.ts';
import { clientOf, mirror } from '../test/mirror.ts';
import { createHttpClient } from './index.ts';

describe('createHttpClient', () => {
  it('keeps one connection for calls one after the other', async () => {
    const sockets = new Set<IncomingMessage['socket']>();
    const { client } = await clientOf((request, response) => {
      sockets.add(request.socket);
      mirror(request, response);
    });
    const call = client.endpoint({ path: '/' });
    const get = client.endpoint({ path: '/', method: 'GET' });
    for (let i = 0; i < 10; i++) {
      await (i % 2 ? call : get)({ i }, background);
      // The pool takes a connection for free one turn of the event loop after its reply has come.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sockets.size).toBe(1);
    for (let i = 0; i < 10; i++) await call({ i }, background);
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it('opens as many connections as it may, and lets the other calls wait', async () => {
    const waiting: ServerResponse[] = [];
    const sockets = new Set<IncomingMessage['socket']>();
    const { client } = await clientOf(
      ({ socket }, response) => {
        sockets.add(socket);
        // Nobody has an answer before three ask at once.
        if (waiting.push(response) === 3) for (const one of waiting.splice(0)) one.end('{}');
      },
      { connections: 3 },
    );
    const call = client.endpoint({ path: '/' });
    await Promise.all(Array.from({ length: 51 }, () => call({}, background)));
    expect(sockets.size).toBe(3);
  });

  it('does not keep an idle connection longer than it was told, whatever the server offers', async () => {
    const server = createServer({ keepAliveTimeout: 60_000 }, mirror);
    const url = await new Promise<string>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
      });
    });
    const gone = new Promise<void>((resolve) => {
      server.on('connection', (socket) => socket.once('close', () => resolve()));
    });
    await using client = createHttpClient(url, { keepAliveMs: 20 });
    await client.endpoint({ path: '/' })({}, background);
    await gone;
    server.close();
  });

  it('does no I/O before the first call', async () => {
    let connections = 0;
    const { server, client } = await clientOf(mirror);
    server.on('connection', () => connections++);
    client.endpoint({ path: '/' });
    await client.close();
    expect(connections).toBe(0);
  });

  it.each([
    'localhost:8080',
    '127.0.0.1',
    '',
    '/api',
    'ftp://host',
    'http://host?x=1',
    'http://host#x',
    'http://',
  ])('refuses the base URL %j and says what one is like', (url) => {
    expect(() => createHttpClient(url)).toThrow(
      `the base URL must be like http://host:port or https://host/path, but is ${url}`,
    );
  });

  it('refuses credentials in the base URL without repeating them', () => {
    expect(() => createHttpClient('http://ada:secret@host')).toThrow(/must not hold credentials/);
    expect(() => createHttpClient('http://ada:secret@host')).not.toThrow(/secret/);
  });

  it('takes a URL object', async () => {
    const { url } = await serve(mirror);
    await using client = createHttpClient(new URL('/api', url));
    expect(await client.endpoint({ path: '/a' })({}, background)).toMatchObject({ url: '/api/a' });
  });

  it.each([
    ['connections', 0],
    ['connections', 1.5],
    ['keepAliveMs', 0],
    ['connectTimeoutMs', -1],
    ['maxResponseBytes', Number.NaN],
  ])('refuses %s of %d where it is written', (name, value) => {
    expect(() => createHttpClient('http://host', { [name]: value })).toThrow(
      new RegExp(`^${name} must be`),
    );
  });

  it('refuses an endpoint with a path that is none, or a limit that is none', async () => {
    await using client = createHttpClient('http://host');
    expect(() => client.endpoint({ path: 'sum' })).toThrow('path must start with /, but is "sum"');
    expect(() => client.endpoint({ path: '/', timeoutMs: -1 })).toThrow(/^timeoutMs must be/);
  });
});
