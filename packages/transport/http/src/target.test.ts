import type { Server } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../test/hosts.ts';
import { exchange, statusOf } from '../test/raw.ts';
import { createHttpServer, type HttpRequest, httpHandler, route, routes } from './index.ts';

const decode = ({ method, path, query, headers }: HttpRequest): string =>
  [method, path, query, headers.host].join(' ');
const echo = httpHandler(async (seen: string) => seen, { decode });

async function listen(): Promise<number> {
  const server = createHttpServer(echo);
  onTestFinished(() => server.close({ graceMs: 0 }));
  return (await server.listen()).port;
}

const ask = (port: number, line: string): Promise<string> =>
  exchange(port, `${line} HTTP/1.1\r\nHost: good\r\nConnection: close\r\n\r\n`);

describe('a request target', () => {
  it.each([
    ['GET /x?y=1', 'GET /x y=1 good'],
    ['GET //x', 'GET //x  good'],
    ['GET http://evil/x?y=1', 'GET /x y=1 evil'],
    ['GET HTTP://EVIL:80/x/?', 'GET /x/  EVIL:80'],
    ['GET https://[::1]:8443/x', 'GET /x  [::1]:8443'],
    ['GET http://evil', 'GET /  evil'],
    ['GET http://evil?y', 'GET / y= evil'],
    ['GET http://evil/http://other/', 'GET /http://other/  evil'],
    ['OPTIONS *', 'OPTIONS *  good'],
  ])('is read, of %s, as %s', async (line, seen) => {
    const answer = await ask(await listen(), line);
    expect(answer).toContain(`\r\n\r\n${JSON.stringify(seen)}`);
  });

  it.each([
    'GET *',
    'POST *',
    'GET *x',
    'GET x',
    'GET evil:80',
    'GET ?x',
    'GET /x#y',
    'GET http://evil/#y',
    'GET http:///x',
    'GET http://:80/x',
    'GET http://user@evil/x',
    'GET http://user:word@evil/x',
    'GET http://evil:x/',
    'GET http://evil%zz\\/x',
    'GET ftp://evil/x',
    'GET file:///etc/passwd',
    'GET /\xe9',
    'GET /\xc3\xa9',
    'GET /x?\xff',
    'GET /\0',
    'GET /\x7f',
    'GET /\t',
  ])('is refused, of %j, with 400', async (line) => {
    expect(statusOf(await ask(await listen(), line))).toBe(400);
  });

  it('that is a whole URL is a path for routes too, on any server', async () => {
    const handler = routes([route('GET', '/x', async (seen: string) => seen, { decode })]);
    const { port } = await serve(handler);
    expect(await ask(port, 'GET http://evil/x?y')).toContain('"GET /x y= good"');
    expect(statusOf(await ask(port, 'GET http://evil/y'))).toBe(404);
    expect(await ask((await serve(echo)).port, 'GET http://evil/x?y')).toContain(
      '"GET /x y= good"',
    );
  });

  it('is the same for whoever stands between server and handler', async () => {
    let seen: unknown;
    const server = createHttpServer((request, response) => {
      seen = [request.url, request.headers.host];
      response.end();
    });
    onTestFinished(() => server.close({ graceMs: 0 }));
    await ask((await server.listen()).port, 'GET http://evil:81/x?y');
    expect(seen).toEqual(['/x?y', 'evil:81']);
  });
});

describe('a request that asks for another protocol or method', () => {
  it.each(['websocket', 'h2c', 'TLS/1.0'])(
    'is answered in ours, once, and closed: upgrade to %s',
    async (protocol) => {
      const head = `GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;
      const answer = await exchange(await listen(), `${head}GET /lost HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(answer).toContain('"GET /x  a"');
      expect(answer).toMatch(/connection: close/i);
      expect(answer).not.toContain('/lost');
    },
  );

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'keeps its method whatever %s says',
    async (name) => {
      const head = `POST /x?_method=DELETE HTTP/1.1\r\nHost: a\r\n${name}: DELETE\r\n`;
      const answer = await exchange(await listen(), `${head}Connection: close\r\n\r\n`);
      expect(answer).toContain('"POST /x _method=DELETE a"');
    },
  );
});

it('a tunnel that is refused leaves no connection behind', async () => {
  const server = createHttpServer(echo);
  const { port } = await server.listen();
  expect(statusOf(await exchange(port, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'))).toBe(501);
  expect(await connections(server.server)).toBe(0);
  await server.close();
});

function connections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}
