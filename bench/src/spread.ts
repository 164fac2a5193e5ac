/** What many rounds say about one figure. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The middle value; the mean of the two middle ones where their number is even. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('a median needs at least one value');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  const high = sorted[upper] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[upper - 1] ?? Number.NaN) + high) / 2;
}

/**
 * Between which two of the values the true median lies, 19 times of 20, however they are distributed: the k-th
 * smallest and the k-th largest. Of less than six values it is the smallest and the largest.
 */
export function medianInterval(values: readonly number[]): readonly [low: number, high: number] {
  if (values.length === 0) throw new RangeError('an interval needs at least one value');
  const sorted = [...values].sort((a, b) => a - b);
  const count = sorted.length;
  let k = 1;
  // The chance that exactly, and at most, k of them lie below the median: as many heads among so many coins.
  let exactly = count * 0.5 ** count;
  let atMost = 0.5 ** count + exactly;
  while (2 * atMost <= 0.05) {
    k++;
    exactly *= (count - k + 1) / k;
    atMost += exactly;
  }
  return [sorted[k - 1] ?? Number.NaN, sorted[count - k] ?? Number.NaN];
}

/** One value less the other, round by round: what the first has more. */
export function differences(minuends: readonly number[], subtrahends: readonly number[]): number[] {
  return minuends.map((minuend, round) => minuend - (subtrahends[round] ?? Number.NaN));
}

/** One value divided by the other, round by round: both of a pair were measured side by side. */
export function ratios(dividends: readonly number[], divisors: readonly number[]): number[] {
  return dividends.map((dividend, round) => dividend / (divisors[round] ?? Number.NaN));
}
