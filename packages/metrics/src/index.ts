// For those who measure.

export type { CallSeriesOptions } from './call-series.ts';
export type { Counter, Exemplar, Gauge, Histogram, Labeled, Labels } from './instruments.ts';
export {
  durationBuckets,
  type HistogramSpec,
  type Meter,
  type MeterOptions,
  type MetricSpec,
  type ObservedSpec,
} from './meter.ts';
export { type RedHooks, type RedOptions, redHooks, redMetrics } from './red.ts';
export { type ExemplarSpan, spanExemplar } from './span-exemplar.ts';

// What is looked at when somebody asks.

export {
  type ObservedBalancer,
  type ObservedInstance,
  observeBalancer,
} from './observed/balancer.ts';
export {
  type ObservedBreaker,
  type ObservedBreakerState,
  observeBreaker,
} from './observed/breaker.ts';
export { type ObservedBulkhead, observeBulkhead } from './observed/bulkhead.ts';
export { type ObservedInstancer, observeDiscovery } from './observed/discovery.ts';
export { type EventLoopOptions, observeEventLoop } from './observed/event-loop.ts';
export { observeState, type StateSpec } from './observed/state.ts';

// Where it goes.

export {
  type HistogramOptions,
  type InstrumentOptions,
  type OpenTelemetryCounter,
  type OpenTelemetryHistogram,
  type OpenTelemetryMeter,
  type OpenTelemetryObservable,
  openTelemetryMeter,
} from './open-telemetry/meter.ts';
export { type PrometheusOptions, prometheusMeter } from './prometheus/meter.ts';
export {
  type MetricsPage,
  type MetricsReply,
  metricsPage,
  type PageRequest,
  type PageResponse,
} from './prometheus/page.ts';
export {
  type MetricFamily,
  type MetricRegistry,
  type MetricValue,
  metricRegistry,
  type RegisteredMetric,
  type ShownExemplar,
} from './prometheus/registry.ts';

// For those who write a binding.

export type {
  HistogramMetric,
  Metric,
  MetricBackend,
  ObservedMetric,
  RecordValue,
} from './backend.ts';
export { meter } from './meter.ts';
