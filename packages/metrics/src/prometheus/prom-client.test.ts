import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Gauge,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { openMetrics, page } from '../../test/shown.ts';
import { prometheusMeter } from './meter.ts';
import type { MetricRegistry } from './registry.ts';

vi.setConfig({ testTimeout: 60_000 });

const help = 'For a test.';

function fill(registry: MetricRegistry): void {
  const meter = prometheusMeter(registry);
  meter
    .counter({ name: 'done_total', help, labels: ['of'] })
    .with({ of: 'a' })
    .add(2);
  meter.gauge({ name: 'depth', help }).with({}).set(4);
  meter
    .histogram({ name: 'took_seconds', help, buckets: [1] })
    .with({})
    .observe(0.5, { trace_id: 'f00' });
  meter.observe({ name: 'seen', help }, (record) => record(7, {}));
}

const lines = [
  'done_total{of="a"} 2',
  'depth 4',
  'took_seconds_bucket{le="1"} 1',
  'took_seconds_bucket{le="+Inf"} 1',
  'took_seconds_sum 0.5',
  'took_seconds_count 1',
  'seen 7',
];

function samples(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('a registry of prom-client', () => {
  it('shows our metrics on its own page', async () => {
    const registry = new Registry();
    fill(registry);
    expect(samples(await registry.metrics())).toEqual(lines);
  });

  it('shows them as OpenMetrics too, exemplars included', async () => {
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    fill(registry);
    const text = await registry.metrics();
    expect(text).toContain('# TYPE done counter\ndone_total{of="a"} 2\n');
    expect(text).toMatch(/le="1"} 1 # {trace_id="f00"} 0.5 \d+/);
    expect((await page(registry, openMetrics)).body).toMatch(
      /le="1"} 1 # {trace_id="f00"} 0.5 \d+/,
    );
  });

  it('adds its default labels, forgets on demand, and lends its own metrics to our page', async () => {
    const registry = new Registry();
    fill(registry);
    new Gauge({ name: 'theirs', help, registers: [registry] }).set(9);
    registry.setDefaultLabels({ app: 'x' });
    const { body } = await page(registry);
    expect(samples(body)).toContain('theirs{app="x"} 9');
    expect(samples(body)).toContain('done_total{of="a",app="x"} 2');
    registry.resetMetrics();
    expect(samples((await page(registry)).body)).toContain('done_total{of="a",app="x"} 0');
  });

  it('has the process metrics beside ours, in both formats', async () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    fill(registry);
    for (const accept of [undefined, openMetrics]) {
      const { body } = await page(registry, accept);
      expect(body).toContain('\nprocess_cpu_user_seconds_total ');
      expect(body).toContain('\ndepth 4\n');
    }
    registry.clear();
  });

  it('adds up the metrics of a cluster', async () => {
    const workers = await Promise.all(
      [1, 2].map(async () => {
        const registry = new Registry();
        fill(registry);
        return registry.getMetricsAsJSON();
      }),
    );
    const whole = AggregatorRegistry.aggregate(workers);
    expect(samples(await whole.metrics())).toContain('took_seconds_bucket{le="1"} 2');
    expect(samples(await whole.metrics())).toContain('done_total{of="a"} 4');
  });

  it('refuses a second meter that wants the same name', () => {
    const registry = new Registry();
    fill(registry);
    expect(() => fill(registry)).toThrow('already been registered');
  });
});
