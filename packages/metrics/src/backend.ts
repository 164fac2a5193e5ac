import type { Counter, Gauge, Histogram, Labels } from './instruments.ts';

/** A metric whose name and labels were checked. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** A {@link Metric} of a histogram. */
export interface HistogramMetric extends Metric {
  /** Upper bounds, rising, without the one of the rest. */
  readonly buckets: readonly number[];
}

/** A {@link Metric} whose values are read when somebody looks. */
export interface ObservedMetric extends Metric {
  readonly kind: 'gauge' | 'counter';
}

/** Hands one value to whoever looks. */
export type RecordValue<out Name extends string = string> = (
  value: number,
  labels: Labels<Name>,
) => void;

/**
 * Where metrics go; for those who write a binding. `meter` calls each method once for a name, with what
 * it has checked, and what that returns once for each series: its labels are then known, and few.
 */
export interface MetricBackend {
  counter(metric: Metric): (labels: Labels) => Counter;
  gauge(metric: Metric): (labels: Labels) => Gauge;
  histogram(metric: HistogramMetric): (labels: Labels) => Histogram;
  /** Calls `read` whenever somebody looks; what it records is all there is. Must drop what is no number. */
  observe(metric: ObservedMetric, read: (record: RecordValue) => void): void;
}
