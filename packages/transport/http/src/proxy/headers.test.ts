import type { IncomingMessage } from 'node:http';
import type { Outcome } from '@fairlead/transport';
import { describe, expect, it } from 'vitest';
import { ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { serve } from '../../test/hosts.ts';
import { mirror } from '../../test/mirror.ts';
import { proxied } from '../../test/proxied.ts';
import { exchange, statusOf } from '../../test/raw.ts';
import { createReverseProxy, type ReverseProxyOptions } from '../index.ts';

/** The headers that a target sees of a request. */
async function passedOn(headers: Record<string, string>, options?: ReverseProxyOptions) {
  const { url, upstream } = await proxied(mirror, options);
  const { json } = await ask(url, { method: 'GET', headers });
  const seen: Record<string, string> = json.headers;
  return { seen, host: new URL(url).host, target: new URL(upstream.url).host };
}

describe('the headers that a reverse proxy hands on', () => {
  it('are not those of the connection, nor those that Connection names', async () => {
    const { seen, target } = await passedOn({
      connection: 'keep-alive, X-Secret , x-forwarded-for',
      'keep-alive': 'timeout=5',
      'proxy-connection': 'keep-alive',
      'proxy-authorization': 'Basic x',
      te: 'gzip, trailers',
      upgrade: 'h2c',
      'http2-settings': 'x',
      'x-secret': 'y',
      'x-kept': 'z',
    });
    expect(Object.keys(seen).sort()).toEqual([
      'connection',
      'forwarded',
      'host',
      'te',
      'via',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-kept',
    ]);
    expect(seen).toMatchObject({ connection: 'keep-alive', host: target, te: 'trailers' });
  });

  it('tell who has called here, and nothing that the caller made up', async () => {
    const { seen, host } = await passedOn({
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
      via: '1.1 front',
    });
    expect(seen).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': host,
      forwarded: `for=127.0.0.1;host="${host}";proto=http`,
      via: '1.1 front, 1.1 fairlead',
    });
    expect(seen).not.toHaveProperty('x-real-ip');
  });

  it('continue what a trusted proxy said, or stay as they are', async () => {
    const given = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      forwarded: 'for=x',
    };
    const appended = await passedOn(given, { forwarded: 'append', via: 'edge:80' });
    expect(appended.seen).toMatchObject({
      'x-forwarded-for': '1.2.3.4, 127.0.0.1',
      'x-forwarded-proto': 'https',
      forwarded: `for=x, for=127.0.0.1;host="${appended.host}";proto=http`,
      via: '1.1 edge:80',
    });
    const { seen } = await passedOn(given, { forwarded: 'keep' });
    expect(seen).toMatchObject(given);
    expect(seen).not.toHaveProperty('x-forwarded-host');
  });

  it('have the host of the target, or that of the caller where it is to be kept', async () => {
    const rewritten = await passedOn({});
    expect(rewritten.seen['host']).toBe(rewritten.target);
    const kept = await passedOn({ host: 'shop.example' }, { preserveHost: true });
    expect(kept.seen['host']).toBe('shop.example');
  });

  it('go back without those of the connection of the target', async () => {
    const { url } = await proxied((_request, response) => {
      response.writeHead(200, {
        connection: 'close, x-hop',
        'x-hop': 'a',
        'proxy-authenticate': 'Basic',
        'x-kept': 'b',
        via: '1.0 inner',
      });
      response.end('hello');
    });
    const { headers } = await ask(url);
    expect(headers).toMatchObject({ 'x-kept': 'b', via: '1.0 inner, 1.1 fairlead' });
    expect(headers).not.toHaveProperty('x-hop');
    expect(headers).not.toHaveProperty('proxy-authenticate');
  });

  it('count the steps of OPTIONS and TRACE', async () => {
    const { url } = await proxied(mirror);
    const ping = (left: string, method = 'OPTIONS') =>
      ask(url, { method, headers: { 'max-forwards': left } });
    expect((await ping('3')).json.headers['max-forwards']).toBe('2');
    expect((await ping('0')).status).toBe(501);
    expect((await ping('x')).status).toBe(501);
    expect((await ping('0', 'GET')).json.headers['max-forwards']).toBe('0');
  });
});

describe('a reverse proxy', () => {
  it('is no open proxy: what a request line names is never asked', async () => {
    let asked = 0;
    const other = await serve((_request, response) => {
      asked++;
      response.end();
    });
    const { port } = await proxied(mirror);
    const answer = await exchange(
      port,
      `GET ${other.url}/a?b HTTP/1.1\r\nhost: 127.0.0.1:${other.port}\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toContain('"url":"/a?b"');
    expect(asked).toBe(0);
    for (const path of ['//evil.example/a', '/\\evil.example', 'http:evil', '/a#b', 'HTTP://x?y']) {
      const reply = await exchange(
        port,
        `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
      );
      expect([200, 400]).toContain(statusOf(reply));
    }
  });

  it.each([
    ['two lengths', 'content-length: 4\r\ncontent-length: 5\r\n\r\nabcde'],
    ['a length and a coding', 'content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a coding in disguise', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a coding twice', 'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a length that is none', 'content-length: +4\r\n\r\nabcd'],
    ['a header before a colon', 'content-length : 4\r\n\r\nabcd'],
  ])('hands on no request with %s', async (_, rest) => {
    const seen: IncomingMessage[] = [];
    const { port } = await proxied((request, response) => {
      seen.push(request);
      mirror(request, response);
    });
    const smuggled = 'GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n';
    const answer = await exchange(port, `POST / HTTP/1.1\r\nhost: a\r\n${rest}${smuggled}`);
    expect(statusOf(answer)).toBe(400);
    expect(seen).toEqual([]);
  });

  it('frames anew what it hands on, however Connection and hooks would have it', async () => {
    const { port } = await proxied(mirror, {
      before: [
        (_ctx, { outgoing }) => {
          outgoing.headers['content-length'] = '1';
          outgoing.headers['transfer-encoding'] = 'gzip';
        },
      ],
    });
    const head = 'POST / HTTP/1.1\r\nhost: a\r\nconnection: close, content-length, host\r\n';
    const whole = await exchange(port, `${head}content-length: 5\r\n\r\nhello`);
    expect(whole).toContain('"content-length":"5"');
    expect(whole).toContain('"body":"hello"');
    const chunked = await exchange(
      port,
      `${head}transfer-encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`,
    );
    expect(chunked).toContain('"transfer-encoding":"chunked"');
    expect(chunked).toContain('"body":"hello"');
    const empty = await exchange(port, `${head}content-length: 0\r\n\r\n`);
    expect(empty).toContain('"content-length":"0"');
  });

  it.each([
    ['nothing', ''],
    ['what is no HTTP', 'hello\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'a switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
    ['a status of six hundred', 'HTTP/1.1 700 Odd\r\ncontent-length: 0\r\n\r\n'],
  ])('answers 502 where the target sends %s', async (_, bytes) => {
    const { url } = await proxied(({ socket }) => void socket.end(bytes));
    expect(await ask(url)).toMatchObject({
      status: 502,
      headers: { 'content-type': 'application/problem+json' },
      json: { code: 'unavailable' },
    });
  });

  it('breaks a reply off that the target does not finish', async () => {
    const ended = deferred<Outcome>();
    const { port } = await proxied(
      ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello'),
      { finalize: [(_ctx, _call, outcome) => ended.resolve(outcome)] },
    );
    const answer = await exchange(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    expect(answer).toContain('content-length: 9');
    expect(await ended.promise).toMatchObject({ status: 200, error: { code: 'unavailable' } });
  });

  it('tells nothing of the target that it cannot reach', async () => {
    const errors: unknown[] = [];
    await using proxy = createReverseProxy('http://127.0.0.1:1', {
      onError: (error) => errors.push(error),
    });
    const { url } = await serve(proxy.handler);
    const answer = await ask(url, { body: 'hello' });
    expect(answer).toMatchObject({ status: 502, json: { detail: 'no reply from the target' } });
    expect(answer.text).not.toContain('127.0.0.1');
    expect(errors).toMatchObject([{ cause: { code: 'ECONNREFUSED' } }]);
  });
});
