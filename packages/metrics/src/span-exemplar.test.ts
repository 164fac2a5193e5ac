import { background, type Middleware } from '@fairlead/endpoint';
import { fetchHandler } from '@fairlead/http';
import { spanOf, traceServer } from '@fairlead/tracing';
import { joinServerHooks } from '@fairlead/transport';
import { context, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  NodeTracerProvider,
} from '@opentelemetry/sdk-trace-node';
import { afterEach, expect, it, vi } from 'vitest';
import { openMetrics, page } from '../test/shown.ts';
import { prometheusMeter } from './prometheus/meter.ts';
import { metricRegistry } from './prometheus/registry.ts';
import { redHooks, redMetrics } from './red.ts';
import { spanExemplar } from './span-exemplar.ts';

vi.setConfig({ testTimeout: 60_000 });

afterEach(() => {
  trace.disable();
  context.disable();
});

/** The page after a call in a span. */
async function pageAfterCall(
  sampler: AlwaysOnSampler | AlwaysOffSampler,
): Promise<[string, string]> {
  const provider = new NodeTracerProvider({ sampler });
  provider.register();
  let traceId = '';
  const traced: Middleware = (next) => (request, ctx) =>
    trace.getTracer('test').startActiveSpan('call', async (span) => {
      traceId = span.spanContext().traceId;
      const response = await next(request, ctx);
      span.end();
      return response;
    });
  const registry = metricRegistry();
  const red = redMetrics(prometheusMeter(registry), {
    exemplar: spanExemplar(() => trace.getActiveSpan()),
  });
  await traced(red(async () => 1))(undefined, background);
  await provider.shutdown();
  return [(await page(registry, openMetrics)).body, traceId];
}

it('names the trace of a call that was recorded', async () => {
  const [body, traceId] = await pageAfterCall(new AlwaysOnSampler());
  expect(body).toContain(`# {trace_id="${traceId}",span_id="`);
});

it('names none that was not, and none where there is no SDK', async () => {
  const [body] = await pageAfterCall(new AlwaysOffSampler());
  expect(body).not.toContain('trace_id');
  expect(spanExemplar(() => trace.getActiveSpan())(background)).toBeUndefined();
});

it('finds the span of a call by its context, with the hooks of a server', async () => {
  const provider = new NodeTracerProvider({ sampler: new AlwaysOnSampler() });
  provider.register({ contextManager: null });
  const registry = metricRegistry();
  const hooks = redHooks(prometheusMeter(registry), { exemplar: spanExemplar(spanOf) });
  let traceId = '';
  const handler = fetchHandler(
    async (_: number, ctx) => {
      traceId = spanOf(ctx)?.spanContext().traceId ?? '';
      return 1;
    },
    { decode: () => 1, ...joinServerHooks(traceServer(), hooks) },
  );
  await (await handler(new Request('http://host/'))).text();
  await expect.poll(async () => (await page(registry, openMetrics)).body).toContain(traceId);
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  await provider.shutdown();
});
