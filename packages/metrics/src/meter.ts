import { checkNumber } from '@fairlead/endpoint';
import type { MetricBackend, ObservedMetric, RecordValue } from './backend.ts';
import type { Counter, Gauge, Histogram, Labeled, Labels } from './instruments.ts';
import { checkBuckets, checkLabels, checkName } from './names.ts';
import { seriesOf } from './series.ts';

/** What a metric is called and told apart by. */
export interface MetricSpec<Name extends string = never> {
  /** `jobs_done_total`: lower case with underscores, the unit in the plural; a counter ends with `_total`. */
  readonly name: string;
  /** One sentence for people. */
  readonly help: string;
  /** The names of its labels. Their values must come from a small set: no ids, no addresses of users. Default: none. */
  readonly labels?: readonly Name[] | undefined;
}

/** A {@link MetricSpec} of a histogram. */
export interface HistogramSpec<Name extends string = never> extends MetricSpec<Name> {
  /** The upper bounds of its buckets, rising; one for the rest is added. Default: {@link durationBuckets}. */
  readonly buckets?: readonly number[] | undefined;
}

/** A {@link MetricSpec} of a metric whose values are read when somebody looks. */
export interface ObservedSpec<Name extends string = never> extends MetricSpec<Name> {
  /** `counter` for values that only grow. Default `gauge`. */
  readonly kind?: 'gauge' | 'counter' | undefined;
}

/**
 * Makes metrics, whatever becomes of them: {@link prometheusMeter}, {@link openTelemetryMeter}. To ask
 * again for a name gives the same metric, so that parts of a program need not know of each other; with
 * another kind, other labels or other buckets it throws a `TypeError`, as for a name that is malformed.
 */
export interface Meter {
  counter<const Name extends string = never>(spec: MetricSpec<Name>): Labeled<Name, Counter>;
  gauge<const Name extends string = never>(spec: MetricSpec<Name>): Labeled<Name, Gauge>;
  histogram<const Name extends string = never>(spec: HistogramSpec<Name>): Labeled<Name, Histogram>;
  /**
   * A metric whose values exist already: `read` is called when somebody looks, and hands each to
   * `record`. Nothing is done in between. Several may read for one name, with different labels. What
   * `read` throws leaves out its values, this time. Returns what takes `read` back.
   */
  observe<const Name extends string = never>(
    spec: ObservedSpec<Name>,
    read: (record: RecordValue<Name>) => void,
  ): () => void;
}

/** What a meter keeps to. */
export interface MeterOptions {
  /** The most series that one metric has; those beyond are counted as one, whose labels are all `other`. Default 2000. */
  readonly maxSeries?: number | undefined;
}

/** Bounds for durations of calls in seconds, from 1 ms to 10 s. */
export const durationBuckets: readonly number[] = Object.freeze([
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]);

interface Known {
  readonly shape: string;
  readonly metric: unknown;
}

/** A meter over what keeps or forwards the values; for those who write a binding. */
export function meter(backend: MetricBackend, options: MeterOptions = {}): Meter {
  const maxSeries = checkNumber('maxSeries', options.maxSeries ?? 2000, { min: 1, integer: true });
  const known = new Map<string, Known>();

  /** The metric of a name; `make` makes it the first time. */
  function metric<T>(
    kind: string,
    spec: MetricSpec<string> & Pick<HistogramSpec, 'buckets'>,
    make: () => T,
  ): T {
    const { name, labels = [], buckets } = spec;
    checkName(name, kind);
    checkLabels(name, labels);
    const shape = JSON.stringify([kind, [...labels].sort(), buckets ?? durationBuckets]);
    const before = known.get(name);
    if (before === undefined) {
      const made = make();
      known.set(name, { shape, metric: made });
      return made;
    }
    if (before.shape !== shape) {
      throw new TypeError(
        `the metric ${name} exists already with another kind, other labels or other buckets: give one of the two another name`,
      );
    }
    // Sound: a shape begins with the kind, and each kind is made by one method below.
    return before.metric as T;
  }

  function labeled<Name extends string, I>(
    { name, labels = [] }: MetricSpec<Name>,
    make: (labels: Labels) => I,
  ): Labeled<Name, I> {
    return { with: seriesOf<Name, I>(name, labels, make, maxSeries) };
  }

  return {
    counter: (spec) => metric('counter', spec, () => labeled(spec, backend.counter(normal(spec)))),
    gauge: (spec) => metric('gauge', spec, () => labeled(spec, backend.gauge(normal(spec)))),
    histogram(spec) {
      const { buckets = durationBuckets } = spec;
      checkBuckets(spec.name, buckets);
      return metric('histogram', spec, () =>
        labeled(spec, backend.histogram({ ...normal(spec), buckets: [...buckets] })),
      );
    },
    observe(spec, read) {
      const { kind = 'gauge' } = spec;
      const readers = metric(`observed ${kind}`, spec, () => {
        const all = new Set<(record: RecordValue) => void>();
        const observed: ObservedMetric = { ...normal(spec), kind };
        backend.observe(observed, (record) => readAll(all, record, maxSeries));
        return all;
      });
      // Sound: a reader records labels of the names that it gave, and a record takes any.
      const reader = read as (record: RecordValue) => void;
      // The same function twice is two readers.
      const own = (record: RecordValue): void => reader(record);
      readers.add(own);
      return () => void readers.delete(own);
    },
  };
}

function normal({ name, help, labels = [] }: MetricSpec<string>) {
  return { name, help, labels: [...labels] };
}

/** Lets every reader record, the first `maxSeries` values in all. */
function readAll(
  readers: ReadonlySet<(record: RecordValue) => void>,
  record: RecordValue,
  maxSeries: number,
): void {
  let left = maxSeries;
  for (const read of readers) {
    try {
      read((value, labels) => {
        if (left-- > 0) record(value, labels);
      });
    } catch {
      // Who looks at the others shall not miss them for this one.
    }
  }
}
