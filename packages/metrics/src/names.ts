const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Names that the formats themselves use. */
const reserved: ReadonlySet<string> = new Set(['le', 'quantile']);

/** Throws a `TypeError` for a name that not every system of metrics takes. */
export function checkName(name: string, kind: string): void {
  if (!metricName.test(name)) {
    throw new TypeError(
      `${JSON.stringify(name)} is no name of a metric: use letters, digits and underscores, no digit first`,
    );
  }
  if (kind.endsWith('counter') && !name.endsWith('_total')) {
    throw new TypeError(`the counter ${name} must end with _total: call it ${name}_total`);
  }
}

/** Throws a `TypeError` for labels that not every system of metrics takes. */
export function checkLabels(metric: string, labels: readonly string[]): void {
  const wrong = labels.find(
    (name, i) =>
      !labelName.test(name) ||
      name.startsWith('__') ||
      reserved.has(name) ||
      labels.indexOf(name) !== i,
  );
  if (wrong === undefined) return;
  throw new TypeError(
    `${metric} cannot have the label ${JSON.stringify(wrong)}: use letters, digits and underscores, each name once, not le or quantile`,
  );
}

/** Throws a `TypeError` for bounds that do not rise. */
export function checkBuckets(metric: string, buckets: readonly number[]): void {
  const wrong = buckets.findIndex(
    (bound, i) => !Number.isFinite(bound) || bound <= (buckets[i - 1] ?? -Infinity),
  );
  if (wrong < 0) return;
  throw new TypeError(
    `the buckets of ${metric} must be finite and rise, but ${buckets[wrong]} follows ${buckets[wrong - 1] ?? 'nothing'}`,
  );
}
