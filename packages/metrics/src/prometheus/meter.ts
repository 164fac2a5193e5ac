import type { Metric, MetricBackend, RecordValue } from '../backend.ts';
import type { Labels } from '../instruments.ts';
import { type Meter, type MeterOptions, meter } from '../meter.ts';
import type { MetricFamily, MetricRegistry, MetricValue, RegisteredMetric } from './registry.ts';
import { type Stored, StoredCounter, StoredGauge, StoredHistogram } from './stored.ts';

/** How metrics are kept for Prometheus. */
export interface PrometheusOptions extends MeterOptions {
  /** Milliseconds since 1970, for the time of an exemplar. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * A meter whose metrics are listed in a registry: that of prom-client, or {@link metricRegistry}.
 *
 * ```ts
 * import { register } from 'prom-client';
 * const meter = prometheusMeter(register);
 * ```
 *
 * Make one for a registry: a second throws where both want the same name. The values are kept here, in
 * a few numbers for each series, since prom-client's own make a text of all labels at each call.
 */
export function prometheusMeter(registry: MetricRegistry, options: PrometheusOptions = {}): Meter {
  const { now = Date.now } = options;

  /** Lists a metric that shows its series. */
  function list<S extends Stored>(
    type: string,
    metric: Metric,
    make: (labels: Labels) => S,
  ): (labels: Labels) => S {
    const all: S[] = [];
    registry.registerMetric(
      registered(metric, type, {
        values: (name) => all.flatMap((stored) => stored.values(name)),
        reset: () => all.forEach((stored) => void stored.reset()),
      }),
    );
    return (labels) => {
      const made = make(labels);
      all.push(made);
      return made;
    };
  }

  const backend: MetricBackend = {
    counter: (metric) => list('counter', metric, (labels) => new StoredCounter(labels, now)),
    gauge: (metric) => list('gauge', metric, (labels) => new StoredGauge(labels)),
    histogram: (metric) =>
      list('histogram', metric, (labels) => new StoredHistogram(labels, metric.buckets, now)),
    observe(metric, read) {
      const values = (): readonly MetricValue[] => collected(read);
      registry.registerMetric(registered(metric, metric.kind, { values, reset: () => {} }));
    },
  };
  return meter(backend, options);
}

/** What is read now; of values with the same labels the last. */
function collected(read: (record: RecordValue) => void): readonly MetricValue[] {
  const values = new Map<string, MetricValue>();
  read((value, labels) => {
    if (!Number.isNaN(value)) values.set(JSON.stringify(labels), { value, labels });
  });
  return [...values.values()];
}

function registered({ name, help }: Metric, type: string, stored: Stored): RegisteredMetric {
  // What prom-client looks for. It shortens the name of a counter where its registry is for OpenMetrics.
  const metric = {
    name,
    help,
    type,
    aggregator: 'sum',
    reset: () => stored.reset(),
    async get(): Promise<MetricFamily & { readonly aggregator: string }> {
      const { name: current } = metric;
      return { name: current, help, type, aggregator: 'sum', values: stored.values(current) };
    },
  };
  return metric;
}
