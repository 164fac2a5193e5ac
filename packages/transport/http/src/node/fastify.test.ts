import type { ServiceError } from '@fairlead/endpoint';
import type { Outcome } from '@fairlead/transport';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../../test/ask.ts';
import { deferred } from '../../test/deferred.ts';
import { open } from '../../test/raw.ts';
import { type HttpHandler, type HttpRequest, httpHandler, jsonBody } from '../index.ts';

const echo = httpHandler(async (body) => ({ body }), { decode: jsonBody(), maxBodyBytes: 100 });
const headers = { 'content-type': 'application/json' };

/** The lines of the README. */
function mounted(handler: HttpHandler) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    const { raw, params, body } = request;
    handler(Object.assign(raw, { params, body }), reply.raw);
  };
}

/** Serves a Fastify app until the test is over. */
async function serveApp(build: (app: FastifyInstance) => void): Promise<string> {
  const app = Fastify({ forceCloseConnections: true });
  build(app);
  onTestFinished(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** Serves a handler in a part of an app that leaves bodies alone. */
function serveUnparsed(handler: HttpHandler): Promise<string> {
  return serveApp((app) => {
    app.register(async (part) => {
      part.removeAllContentTypeParsers();
      part.addContentTypeParser('*', (_request, _payload, done) => done(null));
      part.all('/profiles/:id', mounted(handler));
      part.all('/', mounted(handler));
    });
  });
}

describe('httpHandler on Fastify', () => {
  it('reads the body itself, under its own limits and with its own errors', async () => {
    const url = await serveUnparsed(echo);
    expect(await ask(url, { headers, body: '{"a":1}' })).toMatchObject({
      status: 200,
      text: '{"body":{"a":1}}',
    });
    expect(await ask(url, { body: ['{"a"', ':1}'] })).toMatchObject({ text: '{"body":{"a":1}}' });
    for (const [body, status] of [
      ['{', 400],
      [`"${'a'.repeat(100)}"`, 413],
    ] as const) {
      const reply = await ask(url, { headers, body });
      expect(reply).toMatchObject({ status });
      expect(reply.headers['content-type']).toBe('application/problem+json');
    }
  });

  it('takes the body that Fastify has parsed', async () => {
    const url = await serveApp((app) => app.post('/', mounted(echo)));
    expect(await ask(url, { headers, body: '{"a":1}' })).toMatchObject({
      text: '{"body":{"a":1}}',
    });
    const text = httpHandler(async (body: string) => body, { decode: (r) => r.text() });
    const texts = await serveApp((app) => app.post('/', mounted(text)));
    const plain = { 'content-type': 'text/plain' };
    expect(await ask(texts, { headers: plain, body: 'é' })).toMatchObject({ text: '"é"' });
  });

  it('hands path parameters, query and path to the decoder', async () => {
    const where = httpHandler(async (seen: unknown) => seen, {
      decode: ({ params, path, query, method }: HttpRequest) => ({
        params,
        path,
        query: [...query],
        method,
      }),
    });
    const url = await serveUnparsed(where);
    const reply = await ask(url, { method: 'GET', path: '/profiles/a%2Fb?x=1' });
    expect(reply.json).toEqual({
      params: { id: 'a/b' },
      path: '/profiles/a%2Fb',
      query: [['x', '1']],
      method: 'GET',
    });
  });

  it('runs its hooks, and shows the client that leaves to the context', async () => {
    const aborted = deferred<ServiceError>();
    const called = deferred();
    const finished = deferred<Outcome>();
    const url = await serveUnparsed(
      httpHandler(
        (_request, ctx) => {
          ctx.onAbort(aborted.resolve);
          called.resolve();
          return aborted.promise;
        },
        {
          decode: jsonBody(),
          before: [(_ctx, call) => void call.responseMetadata.set('x-a', 'b')],
          finalize: [(_ctx, _call, outcome) => finished.resolve(outcome)],
        },
      ),
    );
    const socket = await open(Number(new URL(url).port));
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n1');
    await called.promise;
    socket.destroy();
    expect(await aborted.promise).toMatchObject({ code: 'canceled' });
    expect(await finished.promise).toMatchObject({ status: 499 });
  });

  it('leaves other routes and their errors to the app', async () => {
    const url = await serveUnparsed(echo);
    expect(await ask(url, { path: '/other', method: 'GET' })).toMatchObject({ status: 404 });
  });
});
