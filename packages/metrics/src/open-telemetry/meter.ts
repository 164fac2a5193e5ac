import type { MetricBackend, ObservedMetric, RecordValue } from '../backend.ts';
import type { Gauge, Labels } from '../instruments.ts';
import { type Meter, type MeterOptions, meter } from '../meter.ts';

/** A meter of `@opentelemetry/api`, as far as it is used. */
export interface OpenTelemetryMeter {
  createCounter(name: string, options: InstrumentOptions): OpenTelemetryCounter;
  createHistogram(name: string, options: HistogramOptions): OpenTelemetryHistogram;
  createObservableGauge(name: string, options: InstrumentOptions): OpenTelemetryObservable;
  createObservableCounter(name: string, options: InstrumentOptions): OpenTelemetryObservable;
}

/** What an instrument of OpenTelemetry is made of. */
export interface InstrumentOptions {
  description: string;
  unit?: string;
}

/** The same for a histogram. */
export interface HistogramOptions extends InstrumentOptions {
  advice: { explicitBucketBoundaries: number[] };
}

/** Adds up. */
export interface OpenTelemetryCounter {
  add(value: number, attributes: Labels): void;
}

/** Takes values in. */
export interface OpenTelemetryHistogram {
  record(value: number, attributes: Labels): void;
}

/** Is asked when somebody looks. */
export interface OpenTelemetryObservable {
  addCallback(
    callback: (result: { observe(value: number, attributes: Labels): void }) => void,
  ): void;
}

/**
 * A meter whose values go to OpenTelemetry, by the names that Prometheus would have; the unit of a
 * name that ends with `_seconds` or `_bytes` is told as OpenTelemetry writes it. Exemplars are left
 * to its SDK.
 *
 * ```ts
 * import { metrics } from '@opentelemetry/api';
 * const meter = openTelemetryMeter(metrics.getMeter('addsvc'));
 * ```
 */
export function openTelemetryMeter(target: OpenTelemetryMeter, options: MeterOptions = {}): Meter {
  function observe(metric: ObservedMetric, read: (record: RecordValue) => void): void {
    const { name, kind } = metric;
    const instrument =
      kind === 'counter'
        ? target.createObservableCounter(name, described(metric))
        : target.createObservableGauge(name, described(metric));
    instrument.addCallback((result) => {
      read((value, labels) => {
        if (!Number.isNaN(value)) result.observe(value, labels);
      });
    });
  }

  const backend: MetricBackend = {
    counter(metric) {
      const counter = target.createCounter(metric.name, described(metric));
      return (labels) => ({
        add(amount = 1) {
          if (amount >= 0 && amount < Infinity) counter.add(amount, labels);
        },
      });
    },
    gauge(metric) {
      // OpenTelemetry has gauges that are set and counters that go up and down, but nothing that is both.
      const all: [KeptGauge, Labels][] = [];
      observe({ ...metric, kind: 'gauge' }, (record) => {
        for (const [gauge, labels] of all) record(gauge.value, labels);
      });
      return (labels) => {
        const gauge = new KeptGauge();
        all.push([gauge, labels]);
        return gauge;
      };
    },
    histogram(metric) {
      const histogram = target.createHistogram(metric.name, {
        ...described(metric),
        advice: { explicitBucketBoundaries: [...metric.buckets] },
      });
      return (labels) => ({
        observe(value) {
          if (value > -Infinity && value < Infinity) histogram.record(value, labels);
        },
      });
    },
    observe,
  };
  return meter(backend, options);
}

class KeptGauge implements Gauge {
  value = 0;

  set(value: number): void {
    this.value = value;
  }

  add(amount: number): void {
    this.value += amount;
  }
}

function described({ name, help }: { name: string; help: string }): InstrumentOptions {
  if (/_seconds(_total)?$/.test(name)) return { description: help, unit: 's' };
  if (/_bytes(_total)?$/.test(name)) return { description: help, unit: 'By' };
  return { description: help };
}
