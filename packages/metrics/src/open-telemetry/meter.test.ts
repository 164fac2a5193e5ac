import { background, chain } from '@fairlead/endpoint';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, it, vi } from 'vitest';
import { redMetrics } from '../red.ts';
import { openTelemetryMeter } from './meter.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A meter over the real SDK, and what it has collected. */
function make() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  return {
    meter: openTelemetryMeter(provider.getMeter('test')),
    async collected() {
      await provider.forceFlush();
      const scopes = exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
      const metrics = scopes.flatMap((scope) => scope.metrics);
      return metrics.map(({ descriptor: { name, unit, description }, dataPoints }) => ({
        name,
        unit,
        description,
        points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      }));
    },
    [Symbol.asyncDispose]: () => provider.shutdown(),
  };
}

const help = 'For a test.';

it('counts, sets and reads by the SDK of OpenTelemetry', async () => {
  await using otel = make();
  const { meter } = otel;
  const done = meter.counter({ name: 'done_total', help, labels: ['of'] }).with({ of: 'a' });
  done.add();
  done.add(2);
  done.add(-1);
  const depth = meter.gauge({ name: 'depth_bytes', help }).with({});
  depth.set(10);
  depth.add(-3);
  meter.observe({ name: 'seen', help, labels: ['of'] }, (record) => record(7, { of: 'b' }));
  meter.observe({ name: 'seen_total', help, kind: 'counter' }, (record) => record(8, {}));
  meter.observe({ name: 'broken', help }, (record) => record(Number.NaN, {}));
  expect(await otel.collected()).toEqual([
    {
      name: 'done_total',
      unit: '',
      description: help,
      points: [{ attributes: { of: 'a' }, value: 3 }],
    },
    { name: 'depth_bytes', unit: 'By', description: help, points: [{ attributes: {}, value: 7 }] },
    { name: 'seen', unit: '', description: help, points: [{ attributes: { of: 'b' }, value: 7 }] },
    { name: 'seen_total', unit: '', description: help, points: [{ attributes: {}, value: 8 }] },
  ]);
});

it('takes durations in, with our buckets', async () => {
  await using otel = make();
  await chain(redMetrics(otel.meter, { buckets: [0.5, 1] }))(async () => 1)(undefined, background);
  const [durations, inFlight] = await otel.collected();
  expect(durations).toMatchObject({ name: 'fairlead_server_call_duration_seconds', unit: 's' });
  expect(durations?.points).toMatchObject([
    {
      attributes: { transport: '', service: '', method: '', code: 'ok' },
      value: { count: 1, buckets: { boundaries: [0.5, 1], counts: [1, 0, 0] } },
    },
  ]);
  expect(inFlight?.points).toMatchObject([{ value: 0 }]);
});

it('drops what cannot be taken in', async () => {
  await using otel = make();
  const took = otel.meter.histogram({ name: 'took_seconds', help }).with({});
  for (const value of [Number.NaN, Infinity, 2]) took.observe(value);
  const [metric] = await otel.collected();
  expect(metric?.points).toMatchObject([{ value: { count: 1, sum: 2 } }]);
});
