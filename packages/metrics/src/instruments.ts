/** Names and values that tell the series of one metric apart. */
export type Labels<Name extends string = string> = Readonly<Record<Name, string>>;

/** A metric before its labels are known. */
export interface Labeled<out Name extends string, out Instrument> {
  /**
   * The series with these labels: bind it once, at composition, and write to it at each call. The same
   * labels give the same series. Throws a `TypeError` where one is missing. When the metric has as many
   * series as its meter allows, any further one is the series whose labels are all `other`.
   */
  with(labels: Labels<Name>): Instrument;
}

/** What only grows: calls, bytes, errors. Write-only, never throws. */
export interface Counter {
  /**
   * Adds `amount`, by default 1. One that is negative, infinite or no number is dropped. See
   * {@link Exemplar}.
   */
  add(amount?: number, exemplar?: Exemplar): void;
}

/** What goes up and down: calls in flight, the length of a queue. Write-only, never throws. */
export interface Gauge {
  set(value: number): void;
  /** Adds `amount`, which may be negative. */
  add(amount: number): void;
}

/** How values are spread: durations in seconds, sizes in bytes. Write-only, never throws. */
export interface Histogram {
  /** Takes one value in. One that is infinite or no number is dropped. See {@link Exemplar}. */
  observe(value: number, exemplar?: Exemplar): void;
}

/**
 * Where to look for one of the calls behind a figure: `{ trace_id: '4bf9…' }`. It is shown where the format
 * allows it. Names and values may have 128 characters together; one with more is dropped.
 */
export type Exemplar = Labels;
