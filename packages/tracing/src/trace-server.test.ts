import { background, type Context, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { fetchRoutes, httpHandler, jsonBody, ndjsonReply, route, routes } from '@fairlead/http';
import {
  createMemoryClient,
  createMemoryServer,
  joinServerHooks,
  memoryHandler,
} from '@fairlead/transport';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from 'vitest';
import { ask, serve } from '../test/http.ts';
import { installSdk, recordSpans } from '../test/sdk.ts';
import { otelContextOf, spanOf, traceServer } from './index.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const traceparent = `00-${traceId}-${parentId}-01`;

const decode = (): undefined => undefined;
const answer: Endpoint<unknown, unknown> = async () => ({ ok: true });

/** The one span that has ended. */
async function only(spans: () => ReadableSpan[]): Promise<ReadableSpan> {
  await expect.poll(() => spans().length).toBe(1);
  const [span] = spans();
  if (span === undefined) throw new Error('there is no span');
  return span;
}

describe('a span of a server, over HTTP', () => {
  it('has the name and the attributes of the conventions', async () => {
    const spans = recordSpans();
    const handler = routes([route('GET', '/profiles/:id', answer, { decode })], traceServer());
    const { url, port } = await serve(handler);
    await ask(url, '/profiles/7?token=hush', { headers: { 'user-agent': 'a test' } });

    const span = await only(spans);
    expect(span.name).toBe('GET /profiles/:id');
    expect(span.kind).toBe(SpanKind.SERVER);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/profiles/:id',
      'url.scheme': 'http',
      'url.path': '/profiles/7',
      'network.protocol.version': '1.1',
      'client.address': expect.stringMatching(/127\.0\.0\.1$/),
      'server.address': '127.0.0.1',
      'server.port': port,
      'user_agent.original': 'a test',
      'http.response.status_code': 200,
    });
    expect(span.instrumentationScope).toEqual({
      name: '@fairlead/tracing',
      version: '0.1.0',
      schemaUrl: 'https://opentelemetry.io/schemas/1.45.0',
    });
  });

  it('is called by the method alone, or by a name that was given', async () => {
    const spans = recordSpans();
    const plain = await serve(httpHandler(answer, { decode, ...traceServer() }));
    const named = await serve(httpHandler(answer, { decode, name: 'Ask', ...traceServer() }));
    await ask(plain.url, '/profiles/7');
    await ask(named.url, '/profiles/7');

    await expect.poll(() => spans().map(({ name }) => name)).toEqual(['GET', 'Ask']);
  });

  it.each([
    [new ServiceError('not_found', 'nobody is called hush'), 404, SpanStatusCode.UNSET, undefined],
    [
      new ServiceError('unavailable', 'the pool of hush is empty'),
      503,
      SpanStatusCode.ERROR,
      '503',
    ],
    [new Error('SELECT hush FROM users'), 500, SpanStatusCode.ERROR, '500'],
  ])('says the code of %s, and never its text', async (error, status, statusCode, type) => {
    const spans = recordSpans();
    const { url } = await serve(
      httpHandler(() => Promise.reject(error), { decode, ...traceServer() }),
    );
    await ask(url, '/');

    const span = await only(spans);
    expect(span.attributes['http.response.status_code']).toBe(status);
    expect(span.attributes['error.type']).toBe(type);
    expect(span.attributes['fairlead.code']).toBe(ServiceError.from(error).code);
    expect(span.status).toEqual({ code: statusCode });
    expect(span.events).toEqual([]);
    expect(JSON.stringify([span.attributes, span.status])).not.toContain('hush');
  });

  it('covers a request that cannot be read', async () => {
    const spans = recordSpans();
    const { url } = await serve(httpHandler(answer, { decode: jsonBody(), ...traceServer() }));
    await ask(url, '/', { method: 'POST', body: '{' });

    const span = await only(spans);
    expect(span.attributes['http.response.status_code']).toBe(400);
  });

  it('covers a call that no route takes, and one that another hook refuses first', async () => {
    const spans = recordSpans();
    const refuse = (): never => {
      throw new ServiceError('unauthenticated', 'send a token');
    };
    const hooks = joinServerHooks({ before: [refuse] }, traceServer());
    const { url } = await serve(routes([route('GET', '/x', answer, { decode })], hooks));
    await ask(url, '/nowhere/7', { headers: { traceparent } });
    await ask(url, '/x', { headers: { traceparent } });

    await expect.poll(() => spans().length).toBe(2);
    expect(
      spans().map(({ name, attributes }) => [name, attributes['http.response.status_code']]),
    ).toEqual([
      ['GET', 404],
      ['GET /x', 401],
    ]);
    expect(spans().map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
  });

  it('works on a host of the fetch standard', async () => {
    const spans = recordSpans();
    const handler = fetchRoutes([route('GET', '/x/:id', answer, { decode })], traceServer());
    const url = 'https://example.com/x/7?token=hush';
    const headers = { traceparent, host: 'example.com' };
    await (await handler(new Request(url, { headers }))).json();

    const span = await only(spans);
    expect(span.name).toBe('GET /x/:id');
    expect(span.parentSpanContext?.spanId).toBe(parentId);
    expect(span.attributes).toMatchObject({ 'url.scheme': 'https', 'url.path': '/x/7' });
  });

  it('ends when its stream has ended, with the failure of it', async () => {
    const spans = recordSpans();
    let fail = (): void => {};
    const failing = new Promise<never>((_, reject) => {
      fail = () => reject(new ServiceError('data_loss', 'hush'));
    });
    const stream: Endpoint<unknown, AsyncIterable<unknown>> = async () =>
      (async function* () {
        yield { v: 1 };
        await failing;
      })();
    const { url } = await serve(
      httpHandler(stream, { decode, encode: ndjsonReply(), ...traceServer() }),
    );
    const response = await fetch(url);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(spans()).toEqual([]);
    fail();
    await expect.poll(async () => (await reader?.read())?.done).toBe(true);

    const span = await only(spans);
    expect(span.attributes).toMatchObject({
      'http.response.status_code': 200,
      'error.type': 'data_loss',
      'fairlead.code': 'data_loss',
    });
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR });
  });
});

describe('the context of OpenTelemetry', () => {
  it('is active inside the endpoint, after an await and in its stream, and no longer outside', async () => {
    recordSpans();
    const seen: unknown[] = [];
    const look = (ctx: Context): void =>
      void seen.push(trace.getActiveSpan() !== undefined && trace.getActiveSpan() === spanOf(ctx));
    const endpoint: Endpoint<unknown, AsyncIterable<number>> = async (_, ctx) => {
      look(ctx);
      await Promise.resolve();
      look(ctx);
      return (async function* () {
        try {
          look(ctx);
          yield 1;
          look(ctx);
          yield 2;
        } finally {
          look(ctx);
        }
      })();
    };
    const server = createMemoryServer({
      stream: memoryHandler(endpoint, { kind: 'server_stream', ...traceServer() }),
    });
    const stream = await createMemoryClient(server).endpoint('stream')(undefined, background);
    for await (const message of stream) if (message === 2) break;

    await expect.poll(() => seen).toEqual([true, true, true, true, true]);
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  it('is that of the instrumentation around, where it has read the same trace', async () => {
    const spans = recordSpans();
    const handler = fetchRoutes([route('GET', '/x', answer, { decode })], traceServer());
    const carrier = { traceparent };
    const outside = propagation.extract(context.active(), carrier);
    const around = trace.getTracer('around').startSpan('around', {}, outside);
    await context.with(trace.setSpan(outside, around), () =>
      handler(new Request('http://example.com/x', { headers: carrier })),
    );

    const span = await only(spans);
    expect(span.parentSpanContext?.spanId).toBe(around.spanContext().spanId);
  });

  it('is not that of another trace, in which the server happens to have been started', async () => {
    const spans = recordSpans();
    const handler = fetchRoutes([route('GET', '/x', answer, { decode })], traceServer());
    await trace.getTracer('program').startActiveSpan('program', async () => {
      await handler(new Request('http://example.com/x', { headers: { traceparent } }));
      await handler(new Request('http://example.com/x'));
    });

    await expect.poll(() => spans().length).toBe(2);
    expect(spans().map((span) => span.parentSpanContext?.spanId)).toEqual([parentId, undefined]);
  });
});

describe('headers of a trace', () => {
  const state = 'congo=t61rcWkgMzE';

  it('continue it, with its state and its baggage', async () => {
    const spans = recordSpans();
    const seen: unknown[] = [];
    const endpoint: Endpoint<unknown, unknown> = async (_, ctx) =>
      void seen.push(propagation.getBaggage(otelContextOf(ctx))?.getEntry('tenant')?.value);
    const { url } = await serve(httpHandler(endpoint, { decode, ...traceServer() }));
    await ask(url, '/', { headers: { traceparent, tracestate: state, baggage: 'tenant=blue' } });

    const span = await only(spans);
    expect(span.spanContext().traceId).toBe(traceId);
    expect(span.parentSpanContext).toMatchObject({ spanId: parentId, isRemote: true });
    expect(span.spanContext().traceState?.serialize()).toBe(state);
    expect(seen).toEqual(['blue']);
  });

  it.each([
    ['a traceparent of nonsense', { traceparent: 'nonsense' }],
    ['an all-zero traceparent', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }],
    ['two of them', { traceparent: [traceparent, traceparent] }],
    ['a traceparent of 8 KB', { traceparent: `01-${traceId}-${parentId}-01-${'x'.repeat(8000)}` }],
    [
      'bytes that are no ASCII',
      { traceparent: `${traceparent}\u00ff`, tracestate: '\u00ff=\u00ff' },
    ],
    ['a tracestate alone', { tracestate: state }],
    ['baggage of nonsense', { baggage: '%,;=,=%,a=%ff,__proto__=%00' }],
  ])('begin a new trace and fail nothing: %s', async (_what, headers) => {
    const spans = recordSpans();
    const { url } = await serve(httpHandler(answer, { decode, ...traceServer() }));
    const { status } = await ask(url, '/', { headers });

    expect(status).toBe(200);
    const span = await only(spans);
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.spanContext().traceId).not.toBe(traceId);
  });

  it('lose a bad tracestate, and keep the trace', async () => {
    const spans = recordSpans();
    const { url } = await serve(httpHandler(answer, { decode, ...traceServer() }));
    const tracestate = Array.from({ length: 33 }, (_, i) => `k${i}=v`).join(',');
    await ask(url, '/', { headers: { traceparent, tracestate } });

    const span = await only(spans);
    expect(span.parentSpanContext?.spanId).toBe(parentId);
    expect(span.spanContext().traceState).toBeUndefined();
  });

  it('are linked to, and not followed, where strangers may call', async () => {
    const spans = recordSpans();
    const seen: unknown[] = [];
    const endpoint: Endpoint<unknown, unknown> = async (_, ctx) =>
      void seen.push(propagation.getBaggage(otelContextOf(ctx)));
    const { url } = await serve(
      httpHandler(endpoint, { decode, ...traceServer({ isPublic: true }) }),
    );
    await ask(url, '/', { headers: { traceparent, baggage: 'tenant=blue' } });

    const span = await only(spans);
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.links.map((link) => link.context.spanId)).toEqual([parentId]);
    expect(seen).toEqual([undefined]);
  });

  it('do not fail a call where a propagator chokes on them', async () => {
    const spans = recordSpans();
    propagation.disable();
    propagation.setGlobalPropagator({
      extract() {
        throw new Error('choked');
      },
      inject() {
        throw new Error('choked');
      },
      fields: () => ['traceparent'],
    });
    const { url } = await serve(httpHandler(answer, { decode, ...traceServer() }));

    expect((await ask(url, '/', { headers: { traceparent } })).status).toBe(200);
    expect((await only(spans)).parentSpanContext).toBeUndefined();
  });
});

describe('a trace that is not sampled', () => {
  it('goes on unsampled, and records nothing', async () => {
    const spans = recordSpans({ sampler: new AlwaysOffSampler() });
    const seen: unknown[] = [];
    const endpoint: Endpoint<unknown, unknown> = async (_, ctx) =>
      void seen.push(spanOf(ctx)?.spanContext());
    const { url } = await serve(httpHandler(endpoint, { decode, ...traceServer() }));
    await ask(url, '/', { headers: { traceparent } });

    expect(seen).toEqual([expect.objectContaining({ traceId, traceFlags: 0 })]);
    expect(spans()).toEqual([]);
  });
});

describe('an SDK', () => {
  it('may be installed after the hooks are made, and be another one later', async () => {
    const { url } = await serve(httpHandler(answer, { decode, ...traceServer() }));
    await ask(url, '/');
    const spans = recordSpans();
    await ask(url, '/');
    await only(spans);
    trace.disable();
    await ask(url, '/');
    expect(spans().length).toBe(1);
  });

  it('may be one that is not installed, but handed in', async () => {
    const ended: string[] = [];
    const tracerProvider = installSdk({
      export: (all, done) => {
        ended.push(...all.map(({ name }) => name));
        done({ code: 0 });
      },
      shutdown: async () => {},
    });
    trace.disable();
    const { url } = await serve(
      httpHandler(answer, { decode, ...traceServer({ tracerProvider }) }),
    );
    await ask(url, '/');
    await expect.poll(() => ended).toEqual(['GET']);
  });
});
