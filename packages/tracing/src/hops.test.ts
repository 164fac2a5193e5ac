import { background, type Context, chain, type Endpoint, ServiceError } from '@fairlead/endpoint';
import { createGrpcClient, createGrpcServer, grpcHandler } from '@fairlead/grpc';
import { createHttpClient, createHttpServer, jsonBody, route, routes } from '@fairlead/http';
import { createJsonrpcClient, jsonrpcHandler, jsonrpcMethod } from '@fairlead/jsonrpc';
import { hedge, retry } from '@fairlead/lb';
import { context, propagation, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Numbers, type Pair, type Sum } from '../test/numbers.ts';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '../test/otlp-receiver.ts';
import { installSdk } from '../test/sdk.ts';
import { otelContextOf, traceCall, traceClient, traceServer, withOtelContext } from './index.ts';

/** Closes things with the test, the last opened first. */
function closeWithTest<T extends AsyncDisposable>(thing: T): T {
  onTestFinished(() => thing[Symbol.asyncDispose]());
  return thing;
}

/** The real SDK, exporting over HTTP to a receiver of ours. */
async function exporting(): Promise<{ received: () => Promise<ReceivedSpan[]> }> {
  const receiver: OtlpReceiver = closeWithTest(await otlpReceiver());
  const provider = installSdk(new OTLPTraceExporter({ url: receiver.url }));
  return {
    async received() {
      await provider.forceFlush();
      return receiver.spans;
    },
  };
}

async function serveJsonrpc(business: Endpoint<Pair, number>): Promise<Endpoint<Pair, number>> {
  const method = jsonrpcMethod(business, {
    // Taken at its word: the test is the only caller.
    decode: (params) => params as unknown as Pair,
    idempotent: true,
    ...traceServer(),
  });
  const server = closeWithTest(createHttpServer(jsonrpcHandler({ sum: method })));
  const { port } = await server.listen();
  const client = closeWithTest(createJsonrpcClient(`http://127.0.0.1:${port}/rpc`));
  return client.endpoint({ method: 'sum', idempotent: true, ...traceClient() });
}

interface GrpcService {
  readonly sum: Endpoint<Pair, Sum>;
  readonly count: Endpoint<Pair, AsyncIterable<Sum>>;
}

async function serveGrpc(business: Endpoint<Pair, Sum>): Promise<GrpcService> {
  const server = closeWithTest(createGrpcServer());
  const count: Endpoint<Pair, AsyncIterable<Sum>> = async ({ a, b }) =>
    (async function* () {
      for (let v = a; v <= b; v++) yield { v };
    })();
  server.add(Numbers, {
    sum: grpcHandler(Numbers.sum, business, traceServer()),
    count: grpcHandler(Numbers.count, count, traceServer()),
  });
  const { host, port } = await server.listen();
  const client = closeWithTest(createGrpcClient(`${host}:${port}`));
  return {
    sum: client.endpoint(Numbers.sum, { idempotent: true, ...traceClient() }),
    count: client.endpoint(Numbers.count, traceClient()),
  };
}

async function serveHttp(business: Endpoint<Pair, Sum>): Promise<Endpoint<Pair, Sum>> {
  const nodes = [route('POST', '/sums/:id', business, { decode: jsonBody<Pair>() })];
  const server = closeWithTest(createHttpServer(routes(nodes, traceServer())));
  const { port } = await server.listen();
  const client = closeWithTest(createHttpClient(`http://127.0.0.1:${port}`));
  return client.endpoint({
    path: '/sums',
    name: 'POST /sums/:id',
    encode: (json) => ({ json, path: '/sums/7', query: { token: 'hush' } }),
    idempotent: true,
    ...traceClient(),
  });
}

const tenantOf = (ctx: Context): string | undefined =>
  propagation.getBaggage(otelContextOf(ctx))?.getEntry('tenant')?.value;

/** The names of spans, each inside of its parent. */
function tree(spans: readonly ReceivedSpan[], parent?: string): unknown[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .toSorted((one, other) => (one.start < other.start ? -1 : 1))
    .map((span) => {
      const inside = tree(spans, span.spanId);
      const own = `${span.kind} ${span.name}`;
      return inside.length === 0 ? own : [own, ...inside];
    });
}

// A dozen connections and an export are made, on a machine that may do other things as well.
const patient = { timeout: 30_000 };

describe('a call over HTTP, gRPC and JSON-RPC', patient, () => {
  it('is one trace with the right parents, and brings its baggage to the end', async () => {
    const { received } = await exporting();
    const tenants: unknown[] = [];
    const last = await serveJsonrpc(async ({ a, b }, ctx) => {
      tenants.push(tenantOf(ctx));
      return a + b;
    });
    const { sum: middle } = await serveGrpc(async (pair, ctx) => ({ v: await last(pair, ctx) }));
    const first = await serveHttp(async (pair, ctx) => middle(pair, ctx));

    const baggage = propagation.createBaggage({ tenant: { value: 'blå' } });
    const ctx = withOtelContext(
      background,
      propagation.setBaggage(otelContextOf(background), baggage),
    );
    const program = chain(traceCall('program'))(first);
    expect(await program({ a: 1, b: 2 }, ctx)).toEqual({ v: 3 });

    const spans = await received();
    expect(tree(spans)).toEqual([
      [
        'internal program',
        [
          'client POST /sums/:id',
          [
            'server POST /sums/:id',
            ['client pb.Numbers/Sum', ['server pb.Numbers/Sum', ['client sum', 'server sum']]],
          ],
        ],
      ],
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(tenants).toEqual(['blå']);
    expect(spans.some(({ isError }) => isError)).toBe(false);
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toContain('hush');
  });

  it('keeps its parents where OpenTelemetry loses its own context', async () => {
    const { received } = await exporting();
    const last = await serveJsonrpc(async ({ a, b }) => a + b);
    // A worker that was there before any call: what it runs belongs to no call.
    const jobs: (() => void)[] = [];
    const { sum: middle } = await serveGrpc(
      (pair, ctx) =>
        new Promise((resolve, reject) => {
          jobs.push(() => {
            expect(trace.getActiveSpan()).toBeUndefined();
            last(pair, ctx).then((v) => resolve({ v }), reject);
          });
        }),
    );
    const answer = middle({ a: 1, b: 2 }, background);
    await expect.poll(() => jobs.length).toBe(1);
    jobs[0]?.();

    expect(await answer).toEqual({ v: 3 });
    expect(tree(await received())).toEqual([
      ['client pb.Numbers/Sum', ['server pb.Numbers/Sum', ['client sum', 'server sum']]],
    ]);
  });

  it('keeps its parents where OpenTelemetry has nothing that keeps contexts', async () => {
    const { received } = await exporting();
    context.disable();
    const last = await serveJsonrpc(async ({ a, b }) => a + b);
    const { sum: middle } = await serveGrpc(async (pair, ctx) => ({ v: await last(pair, ctx) }));
    await chain(traceCall('program'))(middle)({ a: 1, b: 2 }, background);

    await expect
      .poll(async () => tree(await received()))
      .toEqual([
        [
          'internal program',
          ['client pb.Numbers/Sum', ['server pb.Numbers/Sum', ['client sum', 'server sum']]],
        ],
      ]);
  });

  it('puts a span that was started by hand between the server and the next call', async () => {
    const { received } = await exporting();
    const last = await serveJsonrpc(async ({ a, b }) => a + b);
    const { sum: middle } = await serveGrpc((pair, ctx) =>
      trace.getTracer('by hand').startActiveSpan('by hand', async (span) => {
        const v = await last(pair, ctx);
        span.end();
        return { v };
      }),
    );
    await middle({ a: 1, b: 2 }, background);

    expect(tree(await received())).toEqual([
      [
        'client pb.Numbers/Sum',
        ['server pb.Numbers/Sum', ['internal by hand', ['client sum', 'server sum']]],
      ],
    ]);
  });
});

describe('a stream over gRPC', patient, () => {
  it('has spans that end with it, on both sides', async () => {
    const { received } = await exporting();
    const { count } = await serveGrpc(async ({ a, b }) => ({ v: a + b }));
    const numbers: number[] = [];
    for await (const { v } of await count({ a: 1, b: 3 }, background)) {
      numbers.push(v);
      // The server may have sent everything already; the client has not read it.
      expect((await received()).filter(({ kind }) => kind === 'client')).toEqual([]);
    }

    expect(numbers).toEqual([1, 2, 3]);
    await expect
      .poll(async () => tree(await received()))
      .toEqual([['client pb.Numbers/Count', 'server pb.Numbers/Count']]);
  });
});

describe('a call that is made more than once', patient, () => {
  it('has a span for each try of a retry, with its number', async () => {
    const { received } = await exporting();
    let calls = 0;
    const flaky = await serveHttp(async ({ a, b }) => {
      calls += 1;
      if (calls < 3) throw new ServiceError('unavailable', 'the password is swordfish');
      return { v: a + b };
    });
    const sum = chain(traceCall('sum'), retry({ attempts: 3, backoff: () => 0 }))(flaky);
    expect(await sum({ a: 1, b: 2 }, background)).toEqual({ v: 3 });

    const spans = await received();
    const pair = ['client POST /sums/:id', 'server POST /sums/:id'];
    expect(tree(spans)).toEqual([['internal sum', pair, pair, pair]]);
    const tries = spans
      .filter(({ kind }) => kind === 'client')
      .map(({ isError, attributes }) => [
        isError,
        attributes['fairlead.attempt'],
        attributes['http.request.resend_count'],
        attributes['http.response.status_code'],
        attributes['error.type'],
        attributes['fairlead.code'],
      ]);
    expect(tries).toEqual([
      [true, 1, undefined, 503, '503', 'unavailable'],
      [true, 2, 1, 503, '503', 'unavailable'],
      [false, 3, 2, 200, undefined, undefined],
    ]);
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toContain('swordfish');
    expect(spans.every(({ events }) => events === 0)).toBe(true);
  });

  it('has a span for each leg of a hedge, the loser canceled', async () => {
    const { received } = await exporting();
    let calls = 0;
    const { sum: slow } = await serveGrpc(({ a, b }, ctx) => {
      calls += 1;
      if (calls > 1) return Promise.resolve({ v: a + b });
      return new Promise((_resolve, reject) => ctx.onAbort(reject));
    });
    const sum = chain(traceCall('sum'), hedge({ delay: 0, budget: false }))(slow);
    expect(await sum({ a: 1, b: 2 }, background)).toEqual({ v: 3 });

    await expect.poll(async () => (await received()).length).toBe(5);
    const spans = await received();
    const pair = ['client pb.Numbers/Sum', 'server pb.Numbers/Sum'];
    expect(tree(spans)).toEqual([['internal sum', pair, pair]]);
    const legs = spans
      .filter(({ kind }) => kind === 'client')
      .toSorted((one, other) => (one.start < other.start ? -1 : 1))
      .map(({ attributes }) => [attributes['fairlead.attempt'], attributes['rpc.status_code']]);
    expect(legs).toEqual([
      [1, 'CANCELLED'],
      [2, 'OK'],
    ]);
  });
});

describe('a batch of JSON-RPC', patient, () => {
  it.each([
    ['call', 2, ['client sum', 'server sum']],
    ['caller', 1, 'server sum'],
  ] as const)('where the parent is the %s takes %i requests', async (parent, requests, entry) => {
    const { received } = await exporting();
    const method = jsonrpcMethod(async ({ a, b }: Pair) => a + b, {
      // Taken at its word: the test is the only caller.
      decode: (params) => params as unknown as Pair,
      ...traceServer(),
    });
    const handler = jsonrpcHandler({ sum: method });
    let posts = 0;
    const server = closeWithTest(
      createHttpServer((request, response) => {
        posts += 1;
        handler(request, response);
      }),
    );
    const { port } = await server.listen();
    const url = `http://127.0.0.1:${port}`;
    const client = closeWithTest(createJsonrpcClient(url, { batch: {} }));
    const sum = client.endpoint<Pair, number>({ method: 'sum', ...traceClient({ parent }) });
    const both = traceCall('both')((pair: Pair, ctx) =>
      Promise.all([sum(pair, ctx), sum(pair, ctx)]),
    );
    expect(await both({ a: 1, b: 2 }, background)).toEqual([3, 3]);

    expect(posts).toBe(requests);
    await expect.poll(async () => (await received()).length).toBe(5);
    const inside = tree(await received()).flat();
    expect(inside.filter((found) => String(found) === String(entry)).length).toBe(2);
  });

  it('wants to know whose span is the parent', () => {
    // @ts-expect-error: there are two parents to choose from.
    expect(() => traceClient({ parent: 'nobody' })).toThrow("must be 'call' or 'caller'");
  });
});
