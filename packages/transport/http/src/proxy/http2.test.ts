import { once } from 'node:events';
import { type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from '../../test/deferred.ts';
import { serve } from '../../test/hosts.ts';
import { createHttpServer, createReverseProxy } from '../index.ts';

/** A caller that speaks HTTP/2 to a proxy before this target. */
async function caller(target: Parameters<typeof serve>[0]) {
  const upstream = await serve(target);
  const proxy = createReverseProxy(upstream.url);
  const server = createHttpServer(proxy.handler, { http2: true });
  const { port } = await server.listen();
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(async () => {
    session.destroy();
    await server.close({ graceMs: 0 });
    await proxy.close();
  });
  return session;
}

/** The head of an answer, and all of its text. */
async function answer(stream: ClientHttp2Stream) {
  const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return { head, text };
}

describe('a reverse proxy that is called over HTTP/2', () => {
  it('hands a request without a body on, and its reply back, in the words of HTTP/1.1', async () => {
    const session = await caller((request, response) => {
      response.setHeader('keep-alive', 'timeout=5');
      const { headers, method, url, rawHeaders } = request;
      response.end(JSON.stringify({ method, url, headers, rawHeaders }));
    });
    const { head, text } = await answer(session.request({ ':path': '/a?b=1', 'x-a': '7' }));
    expect(head).toMatchObject({ ':status': 200, via: '1.1 fairlead' });
    expect(head).not.toHaveProperty('connection');
    const seen = JSON.parse(text);
    expect(seen).toMatchObject({ method: 'GET', url: '/a?b=1', headers: { 'x-a': '7' } });
    expect(seen.headers.via).toBe('2.0 fairlead');
    expect(seen.headers).not.toHaveProperty('transfer-encoding');
    expect(seen.rawHeaders.filter((name: string) => name.startsWith(':'))).toEqual([]);
  });

  it('hands a body on that tells no length, as it comes', async () => {
    const session = await caller((request, response) => {
      response.setHeader('x-coding', String(request.headers['transfer-encoding']));
      response.flushHeaders();
      request.pipe(response);
    });
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    stream.write('one ');
    const [head] = await once(stream, 'response');
    expect(head['x-coding']).toBe('chunked');
    const [chunk] = await once(stream.setEncoding('utf8'), 'data');
    expect(chunk).toBe('one ');
    const rest = once(stream, 'data');
    stream.end('two');
    expect(await rest).toEqual(['two']);
  });

  it.each([
    ['TRACE', '/', 501],
    ['GET', '/a#b', 400],
  ])('is never asked %s %s', async (method, path, status) => {
    const session = await caller(() => {});
    const { head } = await answer(session.request({ ':method': method, ':path': path }));
    expect(head[':status']).toBe(status);
  });

  it('breaks the stream off where the target breaks off', async () => {
    const seen = deferred();
    const session = await caller((_request, response) => {
      response.write('part');
      void seen.promise.then(() => response.destroy());
    });
    const stream = session.request({ ':path': '/' });
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.on('error', () => {}).on('data', () => seen.resolve());
    await closed;
    expect(stream.rstCode).not.toBe(0);
  });

  it('closes the request to the target where the caller takes its own back', async () => {
    const came = deferred();
    const closed = deferred();
    const session = await caller((_request, response) => {
      response.once('close', () => closed.resolve());
      came.resolve();
    });
    const stream = session.request({ ':path': '/' });
    stream.on('error', () => {});
    await came.promise;
    stream.close(8);
    await closed.promise;
  });
});
