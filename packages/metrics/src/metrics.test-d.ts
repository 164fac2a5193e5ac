import { circuitBreaker } from '@fairlead/circuitbreaker';
import type { Middleware } from '@fairlead/endpoint';
import { fetchHandler, httpHandler, jsonBody, route } from '@fairlead/http';
import type { Balancer } from '@fairlead/lb';
import { bulkhead } from '@fairlead/ratelimit';
import type { Instancer } from '@fairlead/sd';
import { spanOf } from '@fairlead/tracing';
import { metrics, trace } from '@opentelemetry/api';
import { type OpenMetricsContentType, Registry, register } from 'prom-client';
import { expectTypeOf, it } from 'vitest';
import {
  type Counter,
  type Meter,
  metricsPage,
  observeBalancer,
  observeBreaker,
  observeBulkhead,
  observeDiscovery,
  openTelemetryMeter,
  prometheusMeter,
  redHooks,
  redMetrics,
  spanExemplar,
} from './index.ts';

declare const meter: Meter;

it('takes the objects of the vendors as they are', () => {
  expectTypeOf(prometheusMeter(register)).toEqualTypeOf<Meter>();
  prometheusMeter(new Registry<OpenMetricsContentType>());
  metricsPage(register);
  expectTypeOf(openTelemetryMeter(metrics.getMeter('x'))).toEqualTypeOf<Meter>();
  redMetrics(meter, { exemplar: spanExemplar(() => trace.getActiveSpan()) });
});

it('takes the objects of the other packages as they are', () => {
  observeBalancer(meter, 'x', {} as Balancer<unknown>);
  observeDiscovery(meter, 'x', {} as Instancer);
  observeBreaker(meter, 'x', circuitBreaker());
  observeBulkhead(meter, 'x', bulkhead({ limit: 1 }));
  expectTypeOf(redMetrics(meter)).toEqualTypeOf<Middleware>();
  const decode = jsonBody<number>();
  httpHandler(async (n: number) => n, { decode, ...redHooks(meter) });
  fetchHandler(async (n: number) => n, { decode, ...redHooks(meter) });
  redMetrics(meter, { exemplar: spanExemplar(spanOf) });
  const page = metricsPage(register);
  route('GET', '/metrics', page.endpoint, page.options);
});

it('knows the labels of each metric', () => {
  const done = meter.counter({ name: 'done_total', help: 'Done.', labels: ['kind', 'of'] });
  expectTypeOf(done.with({ kind: 'a', of: 'b' })).toEqualTypeOf<Counter>();
  // @ts-expect-error: a label is missing.
  done.with({ kind: 'a' });
  // @ts-expect-error: there is no such label.
  done.with({ kind: 'a', of: 'b', more: 'c' });
  // @ts-expect-error: a label is text.
  done.with({ kind: 1, of: 'b' });
  meter.gauge({ name: 'depth', help: 'Depth.' }).with({});
  // @ts-expect-error: what is recorded has the labels too.
  meter.observe({ name: 'seen', help: 'Seen.', labels: ['of'] }, (record) => record(1, {}));
});
