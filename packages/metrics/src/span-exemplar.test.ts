import { background, type Middleware } from '@fairlead/endpoint';
import { context, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  NodeTracerProvider,
} from '@opentelemetry/sdk-trace-node';
import { afterEach, expect, it } from 'vitest';
import { openMetrics, page } from '../test/shown.ts';
import { prometheusMeter } from './prometheus/meter.ts';
import { metricRegistry } from './prometheus/registry.ts';
import { redMetrics } from './red.ts';
import { spanExemplar } from './span-exemplar.ts';

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
  const red = redMetrics(prometheusMeter(registry), { exemplar: spanExemplar(trace) });
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
  expect(spanExemplar(trace)()).toBeUndefined();
});
