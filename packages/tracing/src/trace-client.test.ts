import { background, type Context, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { createHttpClient, httpHandler, ndjsonBody, ndjsonReply } from '@fairlead/http';
import {
  createMemoryClient,
  createMemoryServer,
  joinClientHooks,
  memoryHandler,
} from '@fairlead/transport';
import { propagation, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../test/http.ts';
import { recordSpans } from '../test/sdk.ts';
import { otelContextOf, traceCall, traceClient, traceServer, withOtelContext } from './index.ts';

const decode = (): undefined => undefined;
const answer: Endpoint<unknown, unknown> = async () => ({ ok: true });

async function clientOf(endpoint: Endpoint<unknown, unknown>) {
  const { url, port } = await serve(httpHandler(endpoint, { decode }));
  const client = createHttpClient(`${url}/base`);
  onTestFinished(() => client.close());
  return { client, url, port };
}

/** An endpoint that waits until its call is canceled. */
const waiting: Endpoint<unknown, never> = (_, ctx) =>
  new Promise((_resolve, reject) => ctx.onAbort(reject));

describe('a span of a client', () => {
  it('has the name and the attributes of the conventions', async () => {
    const spans = recordSpans();
    const { client, url, port } = await clientOf(answer);
    const find = client.endpoint({
      method: 'GET',
      path: '/profiles/:id',
      encode: () => ({ path: '/profiles/7', query: { token: 'hush' } }),
      ...traceClient(),
    });
    await find(undefined, background);

    const [span] = spans();
    expect(span?.name).toBe('GET /profiles/:id');
    expect(span?.kind).toBe(SpanKind.CLIENT);
    expect(span?.attributes).toEqual({
      'http.request.method': 'GET',
      'server.address': '127.0.0.1',
      'server.port': port,
      'url.full': `${url}/base/profiles/7`,
      'http.response.status_code': 200,
    });
  });

  it('says the code of an error, and the status where one came', async () => {
    const spans = recordSpans();
    const { client } = await clientOf(async () => {
      throw new ServiceError('not_found', 'nobody is called hush');
    });
    const call = client.endpoint({ path: '/', ...traceClient() });
    await expect(call(undefined, background)).rejects.toMatchObject({ code: 'not_found' });
    await client.close();
    await expect(call(undefined, background)).rejects.toMatchObject({ code: 'unavailable' });

    expect(spans().map(({ attributes, status }) => [attributes, status])).toEqual([
      [
        expect.objectContaining({
          'http.response.status_code': 404,
          'error.type': '404',
          'fairlead.code': 'not_found',
        }),
        { code: SpanStatusCode.ERROR },
      ],
      [
        expect.objectContaining({ 'error.type': 'unavailable', 'fairlead.code': 'unavailable' }),
        { code: SpanStatusCode.ERROR },
      ],
    ]);
    expect(spans()[1]?.attributes).not.toHaveProperty('http.response.status_code');
    expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain('hush');
  });

  it('is no failure where the caller calls the status a success', async () => {
    const spans = recordSpans();
    const { client } = await clientOf(async () => {
      throw new ServiceError('not_found', 'there is none');
    });
    const call = client.endpoint({
      path: '/',
      isSuccess: (status) => status === 404,
      decode: () => 'none',
      ...traceClient(),
    });
    expect(await call(undefined, background)).toBe('none');

    expect(spans()[0]?.status.code).toBe(SpanStatusCode.UNSET);
    expect(spans()[0]?.attributes).not.toHaveProperty('error.type');
  });

  it('ends when a call is canceled, and when its deadline passes', async () => {
    const spans = recordSpans();
    const { client } = await clientOf(waiting);
    const call = client.endpoint({ path: '/', timeoutMs: 50, ...traceClient() });
    await expect(call(undefined, background)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    using ctx = background.withCancel();
    const canceled = call(undefined, ctx);
    ctx.cancel();
    await expect(canceled).rejects.toMatchObject({ code: 'canceled' });

    await expect
      .poll(() => spans().map(({ attributes }) => attributes['fairlead.code']))
      .toEqual(['deadline_exceeded', 'canceled']);
  });

  it('ends with its stream, also with one that is not read to the end', async () => {
    const spans = recordSpans();
    const { url } = await serve(
      httpHandler(
        async (_: unknown, ctx) =>
          (async function* () {
            yield* [0, 1, 2];
            await waiting(undefined, ctx);
          })(),
        { decode, encode: ndjsonReply() },
      ),
    );
    const client = createHttpClient(url);
    onTestFinished(() => client.close());
    const count = client.endpoint({ path: '/', decode: ndjsonBody<number>(), ...traceClient() });
    for await (const v of await count(undefined, background)) {
      expect(spans()).toEqual([]);
      if (v === 2) break;
    }

    await expect.poll(() => spans().length).toBe(1);
    expect(spans()[0]?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('is missing where the request could not be encoded, and the span of the server goes on', async () => {
    const spans = recordSpans();
    const { client } = await clientOf(answer);
    const broken = client.endpoint({
      path: '/',
      encode: () => {
        throw new ServiceError('internal', 'cannot be encoded');
      },
      ...traceClient(),
    });
    const ended: number[] = [];
    const server = createMemoryServer({
      relay: memoryHandler(async (_: unknown, ctx: Context) => {
        await expect(broken(undefined, ctx)).rejects.toThrow('encoded');
        ended.push(spans().length);
        return 7;
      }, traceServer()),
    });
    await createMemoryClient(server).endpoint('relay')(undefined, background);

    expect(ended).toEqual([0]);
    await expect.poll(() => spans().map(({ kind }) => kind)).toEqual([SpanKind.SERVER]);
  });

  it('is its own where a hook makes another call inside of it', async () => {
    const spans = recordSpans();
    const { client } = await clientOf(answer);
    const tracing = traceClient();
    const token = client.endpoint({ path: '/token', ...tracing });
    const withToken = async (ctx: Context): Promise<void> => void (await token(undefined, ctx));
    const call = client.endpoint({
      path: '/call',
      ...joinClientHooks(tracing, { before: [withToken] }),
    });
    await call(undefined, background);

    const [inner, outer] = spans();
    expect([inner?.name, outer?.name]).toEqual(['POST /token', 'POST /call']);
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(spans().length).toBe(2);
  });

  it('is not kept from being sent by baggage that no header carries', async () => {
    recordSpans();
    const { client } = await clientOf(answer);
    const baggage = propagation.createBaggage({
      a: {
        value: '1',
        metadata: { toString: () => 'x\r\ny' } as never,
      },
    });
    const ctx = withOtelContext(
      background,
      propagation.setBaggage(otelContextOf(background), baggage),
    );
    const call = client.endpoint({ path: '/', ...traceClient() });
    expect(await call(undefined, ctx)).toEqual({ ok: true });
  });
});

describe('in memory', () => {
  it('a call has spans on both sides, named as remote procedure calls are', async () => {
    const spans = recordSpans();
    const sum = async ({ a, b }: { a: number; b: number }): Promise<number> => a + b;
    const service = { sum: memoryHandler(sum, traceServer()) };
    const client = createMemoryClient(createMemoryServer(service, { service: 'Add' }));
    expect(await client.endpoint('sum', traceClient())({ a: 1, b: 2 }, background)).toBe(3);

    await expect.poll(() => spans().length).toBe(2);
    const server = spans().find(({ kind }) => kind === SpanKind.SERVER);
    const caller = spans().find(({ kind }) => kind === SpanKind.CLIENT);
    expect(server?.parentSpanContext?.spanId).toBe(caller?.spanContext().spanId);
    for (const span of [server, caller]) {
      expect(span?.name).toBe('Add/sum');
      expect(span?.attributes).toEqual({
        'rpc.system.name': 'memory',
        'rpc.method': 'Add/sum',
        'rpc.status_code': 'OK',
      });
    }
  });
});

describe('traceCall', () => {
  it('has a span for any endpoint, which ends with it and says its code', async () => {
    const spans = recordSpans();
    const part = traceCall('a part')(async (fail: boolean) => {
      if (fail) throw new ServiceError('aborted', 'hush');
      return 7;
    });
    await part(false, background);
    await expect(part(true, background)).rejects.toThrow('hush');

    expect(spans().map(({ name, status, attributes }) => [name, status, attributes])).toEqual([
      ['a part', { code: SpanStatusCode.UNSET }, {}],
      [
        'a part',
        { code: SpanStatusCode.ERROR },
        { 'error.type': 'aborted', 'fairlead.code': 'aborted' },
      ],
    ]);
  });

  it('ends with its stream', async () => {
    const spans = recordSpans();
    const count = traceCall('count')(async (to: number) =>
      (async function* () {
        for (let v = 1; v <= to; v++) yield v;
      })(),
    );
    for await (const _ of await count(3, background)) expect(spans()).toEqual([]);
    expect(spans().length).toBe(1);
  });

  it('wants a name', () => {
    expect(() => traceCall('')).toThrow('needs the name');
  });
});
