/**
 * Where metrics are listed: a `Registry` of prom-client, or {@link metricRegistry}. Metrics of others,
 * such as those of `collectDefaultMetrics`, stand beside ours.
 */
export interface MetricRegistry {
  registerMetric(metric: RegisteredMetric): void;
  getMetricsAsJSON(): Promise<readonly MetricFamily[]>;
}

/** A metric as a registry knows it. */
export interface RegisteredMetric {
  get(): Promise<MetricFamily>;
  /** Forgets all values. */
  reset(): void;
}

/** One metric with all that it shows, in prom-client's form. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  /** `counter`, `gauge`, `histogram` or `summary`, which prom-client types as an enumeration. */
  readonly type: unknown;
  readonly values: readonly MetricValue[];
}

/** One line of a metric. */
export interface MetricValue {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  /** Where the line has a name of its own: `…_bucket`, `…_sum`, `…_count`. */
  readonly metricName?: string | undefined;
  readonly exemplar?: ShownExemplar | null | undefined;
}

/** An exemplar beside a line. */
export interface ShownExemplar {
  readonly labelSet: Readonly<Partial<Record<string, string | number>>>;
  readonly value: number;
  /** In seconds since 1970. */
  readonly timestamp?: number | undefined;
}

/** A registry for a program that has no use for prom-client. Throws for a name that is taken. */
export function metricRegistry(): MetricRegistry {
  const metrics = new Map<string, RegisteredMetric>();
  return {
    registerMetric(metric) {
      // Sound: every metric that is registered here or with prom-client has its name.
      const { name } = metric as RegisteredMetric & { readonly name: string };
      if (metrics.has(name)) throw new Error(`a metric named ${name} is registered already`);
      metrics.set(name, metric);
    },
    getMetricsAsJSON: () => Promise.all([...metrics.values()].map((metric) => metric.get())),
  };
}
