import type { Counter, Exemplar, Gauge, Histogram, Labels } from '../instruments.ts';
import type { MetricValue, ShownExemplar } from './registry.ts';

/** The most that OpenMetrics lets the names and values of an exemplar have together. */
const maxExemplarLength = 128;

/** What one series shows. */
export interface Stored {
  values(name: string): readonly MetricValue[];
  reset(): void;
}

/** The value of a counter. */
export class StoredCounter implements Counter, Stored {
  private value = 0;
  private exemplar: ShownExemplar | undefined;
  private readonly labels: Labels;
  private readonly now: () => number;

  constructor(labels: Labels, now: () => number) {
    this.labels = labels;
    this.now = now;
  }

  add(amount = 1, exemplar?: Exemplar): void {
    if (!(amount >= 0 && amount < Infinity)) return;
    this.value += amount;
    if (exemplar !== undefined) this.exemplar = shown(exemplar, amount, this.now) ?? this.exemplar;
  }

  values(): readonly MetricValue[] {
    return [{ value: this.value, labels: this.labels, exemplar: this.exemplar }];
  }

  reset(): void {
    this.value = 0;
    this.exemplar = undefined;
  }
}

/** The value of a gauge. */
export class StoredGauge implements Gauge, Stored {
  private value = 0;
  private readonly labels: Labels;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  set(value: number): void {
    this.value = value;
  }

  add(amount: number): void {
    this.value += amount;
  }

  values(): readonly MetricValue[] {
    return [{ value: this.value, labels: this.labels }];
  }

  reset(): void {
    this.value = 0;
  }
}

/** The buckets of a histogram. */
export class StoredHistogram implements Histogram, Stored {
  private readonly bounds: readonly number[];
  private readonly counts: Float64Array;
  private sum = 0;
  /** One for each bucket; made with the first. */
  private exemplars: (ShownExemplar | undefined)[] | undefined;
  private readonly labels: Labels;
  private readonly now: () => number;

  constructor(labels: Labels, bounds: readonly number[], now: () => number) {
    this.labels = labels;
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
    this.now = now;
  }

  observe(value: number, exemplar?: Exemplar): void {
    if (!(value > -Infinity && value < Infinity)) return;
    const { bounds, counts } = this;
    let bucket = 0;
    // Sound, both: there is a count for each bound, and one more.
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    counts[bucket] = (counts[bucket] as number) + 1;
    this.sum += value;
    if (exemplar === undefined) return;
    this.exemplars ??= [];
    this.exemplars[bucket] = shown(exemplar, value, this.now) ?? this.exemplars[bucket];
  }

  values(name: string): readonly MetricValue[] {
    const { bounds, counts, labels, exemplars, sum } = this;
    const values: MetricValue[] = [];
    let count = 0;
    for (const [bucket, own] of counts.entries()) {
      count += own;
      const le = bounds[bucket] ?? '+Inf';
      const exemplar = exemplars?.[bucket];
      values.push({
        metricName: `${name}_bucket`,
        value: count,
        labels: { le, ...labels },
        exemplar,
      });
    }
    values.push({ metricName: `${name}_sum`, value: sum, labels });
    values.push({ metricName: `${name}_count`, value: count, labels });
    return values;
  }

  reset(): void {
    this.counts.fill(0);
    this.sum = 0;
    this.exemplars = undefined;
  }
}

function shown(labels: Exemplar, value: number, now: () => number): ShownExemplar | undefined {
  let length = 0;
  for (const name in labels) length += name.length + (labels[name]?.length ?? 0);
  if (length > maxExemplarLength) return undefined;
  return { labelSet: labels, value, timestamp: now() / 1000 };
}
