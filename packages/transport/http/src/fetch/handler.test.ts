import { contextKey, type Endpoint, nop, operation, type ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import type { Outcome } from '@fairlead/transport';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../test/deferred.ts';
import { fetchHandler, type HttpReply, httpHeaders, httpStatus, jsonBody } from '../fetch.ts';

const url = 'http://a.test/sum';

/** A POST of JSON. */
function post(body: string | Uint8Array | null, headers: Record<string, string> = {}): Request {
  const type = { 'content-type': 'application/json' };
  return new Request(url, { method: 'POST', headers: { ...type, ...headers }, body });
}

const echo = fetchHandler(async (body: unknown) => body, { decode: jsonBody() });

/** A handler that answers with this reply. */
function replying(reply: HttpReply) {
  return fetchHandler(nop, { decode: () => undefined, encode: () => reply });
}

describe('fetchHandler', () => {
  it('answers with JSON and its length', async () => {
    const response = await echo(post('{"a":"é"}'));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'content-length': '10',
    });
    expect(await response.text()).toBe('{"a":"é"}');
  });

  it.each(['gzip', 'br', 'deflate', 'gzip, gzip'])('refuses a body in %s', async (coding) => {
    const response = await echo(post('{}', { 'content-encoding': coding }));
    expect(response.status).toBe(415);
    expect(response.headers.get('accept-encoding')).toBe('identity');
    expect(await response.json()).toMatchObject({
      code: 'invalid_argument',
      detail: 'unsupported content coding: send the body as it is',
    });
    expect((await echo(post('{}', { 'content-encoding': 'identity' }))).status).toBe(200);
  });

  it('refuses a stream that is compressed', async () => {
    const streams = fetchHandler(async (body: AsyncIterable<Uint8Array>) => body.constructor.name, {
      decode: async (request) => {
        for await (const _ of request.stream());
        return request.stream();
      },
    });
    expect((await streams(post('{}', { 'content-encoding': 'gzip' }))).status).toBe(415);
  });

  it('refuses text that is not UTF-8, and JSON with a byte order mark', async () => {
    const text = fetchHandler(async (body: string) => body, { decode: (r) => r.text() });
    expect((await text(post(new Uint8Array([0xe9])))).status).toBe(400);
    expect((await echo(post('\ufeff{}'))).status).toBe(400);
  });

  it("leaves out headers that are the transport's own, and sends none that breaks the line", async () => {
    const headers = {
      connection: 'upgrade',
      'Grpc-Status': '0',
      te: 'x',
      trailer: 'y',
      'x-a': '1',
    };
    const response = await replying({ status: 200, headers, body: 'x' })(post('{}'));
    expect(Object.fromEntries(response.headers)).toEqual({ 'content-length': '1', 'x-a': '1' });
    const broken = replying({ status: 200, headers: { 'x-a': '1\r\nx-b: 2' }, body: 'x' });
    expect((await broken(post('{}'))).status).toBe(500);
  });

  it('shows the decoder what came', async () => {
    const handler = fetchHandler(async (seen: unknown) => seen, {
      decode: ({ method, path, query, params, headers }) => ({
        method,
        path,
        query: [...query],
        params,
        tenant: headers['x-tenant'],
      }),
    });
    const headers = { 'X-Tenant': 'harbour' };
    const request = new Request('http://a.test/a%2Fb/c?x=1&x=2', { headers });
    const known = { params: { id: '7' } };
    expect(await (await handler.serve(request, known)).json()).toEqual({
      method: 'GET',
      path: '/a%2Fb/c',
      query: [
        ['x', '1'],
        ['x', '2'],
      ],
      params: { id: '7' },
      tenant: 'harbour',
    });
  });

  it('ignores what else a host hands it', async () => {
    const seen: unknown[] = [];
    const handler = fetchHandler(nop, { decode: ({ params }) => seen.push(params) });
    await Reflect.apply(handler, undefined, [new Request(url), { params: { id: '7' } }]);
    expect(seen).toEqual([{}]);
  });

  it('names the operation, with the peer that the host knows', async () => {
    const handler = fetchHandler(async (_request, ctx) => ctx.get(operation), {
      decode: () => undefined,
      service: 'sums',
    });
    const response = await handler.serve(new Request(url), { peer: '10.0.0.1' });
    expect(await response.json()).toEqual({
      side: 'server',
      transport: 'http',
      service: 'sums',
      method: 'GET',
      kind: 'unary',
      idempotent: true,
      peer: '10.0.0.1',
    });
  });

  it('runs hooks in their order, whose headers go out', async () => {
    const order: string[] = [];
    const user = contextKey<string>('user');
    const outcomes: Outcome[] = [];
    const handler = fetchHandler(
      async (_request: undefined, ctx) => {
        order.push('endpoint');
        return ctx.get(user);
      },
      {
        decode: () => void order.push('decode'),
        before: [
          (ctx, call) => {
            order.push('before');
            call.responseMetadata.set('X-Served-By', 'pier 7');
            expect(call.responseMetadata.get('x-served-by')).toBe('pier 7');
            expect(() => call.responseMetadata.set('content-length', '1')).toThrow(/refused/);
            expect(call.request).toBeInstanceOf(Request);
            return ctx.with(user, call.requestMetadata.get('X-User') ?? '');
          },
        ],
        after: [() => void order.push('after')],
        finalize: [
          (_ctx, _call, outcome) => {
            order.push('finalize');
            outcomes.push(outcome);
          },
        ],
      },
    );
    const response = await handler(new Request(url, { headers: { 'x-user': 'ada' } }));
    expect(await response.json()).toBe('ada');
    expect(response.headers.get('x-served-by')).toBe('pier 7');
    expect(order).toEqual(['before', 'decode', 'endpoint', 'after', 'finalize']);
    expect(outcomes).toEqual([{ status: 200, error: undefined }]);
  });

  it('answers an error as a problem, and shows the original to onError alone', async () => {
    const errors: unknown[] = [];
    const broken = new Error('SELECT secret');
    const handler = fetchHandler(() => Promise.reject(broken), {
      decode: () => undefined,
      before: [(_ctx, call) => void call.responseMetadata.set('x-request-id', '7')],
      onError: (error) => void errors.push(error),
    });
    const response = await handler(new Request(url));
    expect(response.status).toBe(500);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('x-request-id')).toBe('7');
    expect(await response.json()).toMatchObject({ code: 'internal', detail: 'internal error' });
    expect(errors).toEqual([broken]);
  });

  it('lets response and error choose status and headers', async () => {
    const created = fetchHandler(
      async () => ({ id: 7, [httpStatus]: 201, [httpHeaders]: { location: '/7' } }),
      { decode: () => undefined },
    );
    const response = await created(new Request(url));
    expect([response.status, response.headers.get('location')]).toEqual([201, '/7']);
    expect(await response.text()).toBe('{"id":7}');
  });

  it.each([204, 205, 304])('sends %d without a body', async (status) => {
    const response = await replying({ status, headers: {}, body: 'text' })(new Request(url));
    expect([response.status, response.body]).toEqual([status, null]);
  });

  it('answers HEAD with the length of the body and without it', async () => {
    const response = await echo(new Request(url, { method: 'HEAD' }));
    expect(response.status).toBe(400);
    const fine = fetchHandler(async () => 'ok', { decode: () => undefined, methods: ['GET'] });
    const head = await fine(new Request(url, { method: 'HEAD' }));
    expect([head.status, head.body, head.headers.get('content-length')]).toEqual([200, null, '4']);
  });

  it('keeps to its own framing, and sends several values of a name', async () => {
    const headers = {
      'Content-Length': '999',
      'transfer-encoding': 'gzip',
      'set-cookie': ['a=1', 'b=2'],
    };
    const response = await replying({ status: 200, headers, body: 'text' })(new Request(url));
    expect(response.headers.get('content-length')).toBe('4');
    expect(response.headers.get('transfer-encoding')).toBeNull();
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it.each([
    ['a status that ends nothing', { status: 101, headers: {}, body: '' }],
    ['a status that is none', { status: 2000, headers: {}, body: '' }],
    ['a header that splits the head', { status: 200, headers: { a: 'b\r\nc: d' }, body: '' }],
    ['a name that is none', { status: 200, headers: { 'a b': 'c', ok: '1' }, body: '' }],
  ])('answers %s with a problem', async (_what, reply) => {
    const response = await replying(reply)(new Request(url));
    expect(response.status).toBe(500);
    expect(response.headers.get('ok')).toBeNull();
    expect(await response.json()).toMatchObject({ code: 'internal' });
  });

  it('has a bare 500 where the error cannot be answered either', async () => {
    const outcomes: Outcome[] = [];
    const handler = fetchHandler(() => Promise.reject(new Error('one')), {
      decode: () => undefined,
      encodeError: () => {
        throw new Error('two');
      },
      finalize: [(_ctx, _call, outcome) => void outcomes.push(outcome)],
    });
    const response = await handler(new Request(url));
    expect([response.status, await response.text()]).toEqual([500, '']);
    expect(outcomes).toMatchObject([{ status: 500 }]);
  });

  it('serves the methods that it is told', async () => {
    const handler = fetchHandler(nop, { decode: () => undefined, methods: ['GET', 'PUT'] });
    const options = await handler(new Request(url, { method: 'OPTIONS' }));
    expect([options.status, options.body]).toEqual([204, null]);
    expect(options.headers.get('allow')).toBe('GET, PUT, HEAD, OPTIONS');
    const refused = await handler(post('1'));
    expect([refused.status, refused.headers.get('allow')]).toEqual([
      405,
      'GET, PUT, HEAD, OPTIONS',
    ]);
  });
});

describe('the body of a fetchHandler', () => {
  const small = fetchHandler(async (body: unknown) => body, {
    decode: jsonBody(),
    maxBodyBytes: 8,
    maxJsonDepth: 2,
  });

  /** A body that comes in pieces, and tells when nobody wants more of it. */
  function inPieces(...pieces: readonly string[]) {
    const canceled = deferred();
    const left = pieces.map((piece) => new TextEncoder().encode(piece));
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const next = left.shift();
        if (next === undefined) controller.close();
        else controller.enqueue(next);
      },
      cancel: () => canceled.resolve(),
    });
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body, duplex: 'half' } as const;
    return { request: new Request(url, init), canceled: canceled.promise, left };
  }

  it('is put together of its pieces', async () => {
    const { request } = inPieces('{"a', '":', '"é"}');
    expect(await (await echo(request)).json()).toEqual({ a: 'é' });
  });

  it('is not begun where its length says that it is too large', async () => {
    const request = post('"12345678"', { 'content-length': '10' });
    expect((await small(request)).status).toBe(413);
    expect(request.bodyUsed).toBe(false);
  });

  it('is read no further than its limit', async () => {
    const { request, canceled, left } = inPieces('"1234', '5678', '9', '0', '1"');
    expect((await small(request)).status).toBe(413);
    await canceled;
    expect(left.length).toBeGreaterThan(0);
  });

  it.each([
    ['nothing', null, {}, 400],
    ['bad JSON', '{', {}, 400],
    ['deep JSON', '[[[1]]]', {}, 400],
    ['poison', '{"__proto__":1}', {}, 413],
    ['bytes that are no text', Uint8Array.of(0x22, 0xff, 0x22), {}, 400],
    ['another type', '1', { 'content-type': 'text/plain' }, 415],
    ['another charset', '1', { 'content-type': 'application/json; charset=latin1' }, 415],
  ])('is refused where it is %s', async (_what, body, headers, status) => {
    expect((await small(post(body, headers))).status).toBe(status);
  });

  it('says so where somebody has read it', async () => {
    const request = post('1');
    await request.text();
    const response = await echo(request);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining('has been read already'),
    });
  });

  it('ends the call where it breaks off', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('reset'));
      },
    });
    const finished = deferred<Outcome>();
    const handler = fetchHandler(nop, {
      decode: jsonBody(),
      finalize: [(_ctx, _call, outcome) => finished.resolve(outcome)],
    });
    const request = new Request(url, { method: 'POST', body, duplex: 'half' });
    expect((await handler(request)).status).toBe(499);
    expect(await finished.promise).toMatchObject({ status: 499, error: { code: 'canceled' } });
  });
});

describe('the end of a fetchHandler call', () => {
  /** An endpoint that waits for the test. */
  function waiting(options: { timeoutMs?: number } = {}) {
    const clock = fakeClock();
    const called = deferred();
    const aborted = deferred<ServiceError>();
    const finished = deferred<Outcome>();
    const endpoint: Endpoint<unknown, string> = (_request, ctx) => {
      ctx.onAbort(aborted.resolve);
      called.resolve();
      return new Promise(() => {});
    };
    const handler = fetchHandler(endpoint, {
      decode: () => undefined,
      clock,
      finalize: [(_ctx, _call, outcome) => finished.resolve(outcome)],
      ...options,
    });
    return {
      clock,
      handler,
      called: called.promise,
      aborted: aborted.promise,
      finished: finished.promise,
    };
  }

  it('comes with the end of the signal: the context is canceled, and the host has an answer', async () => {
    const controller = new AbortController();
    const answer = deferred<string>();
    const aborted = deferred<ServiceError>();
    const called = deferred();
    const afterwards: string[] = [];
    const finished = deferred<Outcome>();
    const handler = fetchHandler(
      (_request, ctx) => {
        ctx.onAbort(aborted.resolve);
        called.resolve();
        return answer.promise;
      },
      {
        decode: () => undefined,
        after: [() => void afterwards.push('after')],
        finalize: [(_ctx, _call, outcome) => finished.resolve(outcome)],
      },
    );
    const response = handler(new Request(url, { signal: controller.signal }));
    await called.promise;
    controller.abort();
    expect(await aborted.promise).toMatchObject({ code: 'canceled' });
    answer.resolve('late');
    expect((await response).status).toBe(499);
    expect(await finished.promise).toMatchObject({ status: 499, error: { code: 'canceled' } });
    expect(afterwards).toEqual([]);
  });

  it('is at once where the signal has ended', async () => {
    let calls = 0;
    const handler = fetchHandler(async () => ++calls, { decode: () => undefined });
    const response = await handler(new Request(url, { signal: AbortSignal.abort() }));
    expect([response.status, calls]).toEqual([499, 0]);
  });

  it('leaves no listener at the signal', async () => {
    const { signal } = new AbortController();
    const request = new Request(url, { signal });
    let listeners = 0;
    const { addEventListener, removeEventListener } = request.signal;
    request.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(request.signal, args);
    };
    request.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(request.signal, args);
    };
    let during = 0;
    const handler = fetchHandler(
      async (_request, ctx) => {
        ctx.onAbort(() => {});
        during = listeners;
      },
      { decode: () => undefined },
    );
    await handler(request);
    expect([during, listeners]).toEqual([1, 0]);
  });

  it.each([
    ['its own limit', { timeoutMs: 100 }, {}],
    ['connect-timeout-ms', {}, { 'connect-timeout-ms': '100' }],
    ['grpc-timeout', { timeoutMs: 500 }, { 'grpc-timeout': '100m' }],
  ])('comes by %s, though the endpoint takes no notice', async (_what, options, headers) => {
    const { clock, handler, called, finished } = waiting(options);
    const response = handler(new Request(url, { headers: { ...headers } }));
    await called;
    await clock.advance(100);
    expect((await response).status).toBe(504);
    expect(await finished).toMatchObject({ status: 504 });
    expect(clock.pending()).toBe(0);
  });

  it('refuses a deadline that cannot be read', async () => {
    const headers = { 'grpc-timeout': 'soon' };
    expect((await echo(post('1', headers))).status).toBe(400);
  });
});
