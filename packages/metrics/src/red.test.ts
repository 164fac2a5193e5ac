import {
  background,
  chain,
  createContext,
  type Endpoint,
  failure,
  type Operation,
  operation,
  ServiceError,
} from '@fairlead/endpoint';
import {
  createHttpClient,
  createHttpServer,
  httpHandler,
  jsonBody,
  ndjsonReply,
  route,
  routes,
} from '@fairlead/http';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { openMetrics, page, shown } from '../test/shown.ts';
import { prometheusMeter } from './prometheus/meter.ts';
import { metricRegistry } from './prometheus/registry.ts';
import { type RedOptions, redHooks, redMetrics } from './red.ts';

vi.setConfig({ testTimeout: 60_000 });

const sum: Operation = {
  side: 'server',
  transport: 'grpc',
  service: 'pb.Add',
  method: 'Sum',
  kind: 'unary',
  idempotent: true,
};
const labels = 'transport="grpc",service="pb.Add",method="Sum"';

function make(options: RedOptions = {}) {
  const registry = metricRegistry();
  const clock = fakeClock();
  const meter = prometheusMeter(registry);
  const ctx = createContext({ clock }).with(operation, sum);
  return { registry, clock, meter, ctx, red: redMetrics(meter, options) };
}

const counts = 'fairlead_server_call_duration_seconds_count';
const inFlight = 'fairlead_server_calls_in_flight';

describe('redMetrics', () => {
  it('measures the duration of a call in seconds, and what is in flight', async () => {
    const { registry, clock, ctx, red } = make();
    const { promise, resolve } = deferred();
    const call = chain(red)(() => promise)(undefined, ctx);
    expect(await shown(registry, inFlight)).toEqual([`${inFlight}{${labels}} 1`]);
    await clock.advance(30);
    resolve(1);
    await call;
    expect(await shown(registry, inFlight)).toEqual([`${inFlight}{${labels}} 0`]);
    const lines = await shown(registry, 'fairlead_server_call_duration_seconds');
    expect(lines).toContain(
      `fairlead_server_call_duration_seconds_bucket{le="0.025",${labels},code="ok"} 0`,
    );
    expect(lines).toContain(
      `fairlead_server_call_duration_seconds_bucket{le="0.05",${labels},code="ok"} 1`,
    );
    expect(lines).toContain(`fairlead_server_call_duration_seconds_sum{${labels},code="ok"} 0.03`);
  });

  it.each<[string, Endpoint<unknown, unknown>]>([
    ['not_found', () => Promise.reject(new ServiceError('not_found', 'no such thing'))],
    ['internal', () => Promise.reject(new Error('a secret'))],
    ['aborted', async () => ({ [failure]: new ServiceError('aborted', 'again') })],
  ])('counts an error as %s', async (code, endpoint) => {
    const { registry, ctx, red } = make();
    await red(endpoint)(undefined, ctx).catch(() => {});
    expect(await shown(registry, counts)).toEqual([`${counts}{${labels},code="${code}"} 1`]);
    expect(await shown(registry, inFlight)).toEqual([`${inFlight}{${labels}} 0`]);
  });

  it('has a stream in flight until it settles', async () => {
    const { registry, clock, ctx, red } = make();
    const stream = await red(async () => count(3))(undefined, ctx);
    expect(await shown(registry, inFlight)).toEqual([`${inFlight}{${labels}} 1`]);
    await clock.advance(2000);
    for await (const _ of stream);
    expect(await shown(registry, inFlight)).toEqual([`${inFlight}{${labels}} 0`]);
    expect(await shown(registry, 'fairlead_server_call_duration_seconds_sum')).toEqual([
      `fairlead_server_call_duration_seconds_sum{${labels},code="ok"} 2`,
    ]);
  });

  it('counts a stream that its reader left as canceled', async () => {
    const { registry, ctx, red } = make();
    for await (const _ of await red(async () => count(3))(undefined, ctx)) break;
    expect(await shown(registry, counts)).toEqual([`${counts}{${labels},code="canceled"} 1`]);
  });

  it('counts a stream that nobody reads when its context ends', async () => {
    const { registry, clock, red } = make();
    const ctx = createContext({ clock, timeoutMs: 50 });
    await red(async () => count(3))(undefined, ctx.with(operation, sum));
    await clock.advance(50);
    expect(await shown(registry, counts)).toEqual([
      `${counts}{${labels},code="deadline_exceeded"} 1`,
    ]);
    expect(clock.pending()).toBe(0);
  });

  it('tells the sides apart, and counts a call of which nobody says what it is', async () => {
    const { registry, ctx, red } = make();
    const endpoint = red(async () => 1);
    const client: Operation = { ...sum, side: 'client' };
    await endpoint(undefined, ctx.with(operation, client));
    await endpoint(undefined, background);
    const clients = 'fairlead_client_call_duration_seconds_count';
    expect(await shown(registry, clients)).toEqual([`${clients}{${labels},code="ok"} 1`]);
    expect(await shown(registry, counts)).toEqual([
      `${counts}{transport="",service="",method="",code="ok"} 1`,
    ]);
  });

  it('keeps operations beyond its limit together', async () => {
    const { registry, ctx, red } = make({ maxOperations: 2 });
    const endpoint = red(async () => 1);
    for (let i = 0; i < 50; i++) {
      await endpoint(undefined, ctx.with(operation, { ...sum, method: `made-up-${i}` }));
    }
    const lines = await shown(registry, counts);
    expect(lines).toHaveLength(3);
    expect(lines.at(-1)).toBe(
      `${counts}{transport="other",service="other",method="other",code="ok"} 48`,
    );
    expect(await shown(registry, inFlight)).toHaveLength(3);
  });

  it('is one metric, however often it is made', async () => {
    const { registry, meter, ctx, red } = make();
    await chain(red)(async () => 1)(undefined, ctx);
    await chain(redMetrics(meter))(async () => 1)(undefined, ctx);
    expect(await shown(registry, counts)).toEqual([`${counts}{${labels},code="ok"} 2`]);
    const { promise, resolve } = deferred();
    const calls = [red, redMetrics(meter)].map((one) => one(() => promise)(undefined, ctx));
    expect(await shown(registry, inFlight)).toEqual([`${inFlight}{${labels}} 2`]);
    resolve(1);
    await Promise.all(calls);
  });

  it('shows an exemplar where the format allows it, and goes on where there is none to find', async () => {
    const found = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' };
    let exemplar = () => found;
    const { registry, ctx, red } = make({ exemplar: () => exemplar() });
    const endpoint = red(async () => 1);
    await endpoint(undefined, ctx);
    exemplar = () => {
      throw new Error('no trace');
    };
    await endpoint(undefined, ctx);
    const { body } = await page(registry, openMetrics);
    expect(body).toMatch(/le="0.001",.*code="ok"} 2 # {trace_id="4bf9[0-9a-f]*"} 0 \d+\.?\d*\n/);
    expect((await page(registry)).body).not.toContain('trace_id');
  });
});

describe('redHooks', () => {
  it('count over HTTP what never reaches the endpoint', async () => {
    const { registry, meter } = make();
    const hooks = redHooks(meter);
    const decode = jsonBody<{ n: number }>();
    const double = async ({ n }: { n: number }) => ({ n: 2 * n });
    const list = async ({ n }: { n: number }) => count(n);
    const handler = routes(
      [
        route('POST', '/double', double, { decode }),
        route('POST', '/list', list, { decode, encode: ndjsonReply() }),
      ],
      hooks,
    );
    await using server = createHttpServer(handler);
    const { port } = await server.listen();
    await using client = createHttpClient(`http://127.0.0.1:${port}`);
    const call = (path: string) =>
      client.endpoint<unknown, unknown>({ path, decode: () => 1 })({ n: 2 }, background);
    await call('/double');
    await call('/list');
    await call('/missing').catch(() => {});
    const bad = await fetch(`http://127.0.0.1:${port}/double`, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    await bad.text();
    await server.close();
    const http = `${counts}{transport="http",service="",method=`;
    expect((await shown(registry, counts)).sort()).toEqual([
      `${http}"POST /double",code="invalid_argument"} 1`,
      `${http}"POST /double",code="ok"} 1`,
      `${http}"POST /list",code="ok"} 1`,
      `${http}"POST",code="unimplemented"} 1`,
    ]);
    const open = await shown(registry, inFlight);
    expect(open.every((line) => line.endsWith(' 0'))).toBe(true);
  });

  it('fit a handler as they are', () => {
    const { meter } = make();
    expect(httpHandler(async () => 1, { decode: () => 1, ...redHooks(meter) })).toBeTypeOf(
      'function',
    );
  });
});

async function* count(to: number): AsyncGenerator<number> {
  for (let n = 1; n <= to; n++) yield n;
}

function deferred() {
  let resolve = (_: number): void => {};
  const promise = new Promise<number>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
