/** Each bucket holds latencies up to a ninth longer than the one before it. */
const growth = 2 ** (1 / 6);
const smallestMs = 0.1;
const buckets = 120;

/** How long calls take, as a live percentile. */
export interface LatencyRecord {
  add(ms: number, now: number): void;
  /** The latency that this share of the calls stays below, in milliseconds, within a ninth; undefined before 20 calls. */
  percentile(share: number, now: number): number | undefined;
}

const minCalls = 20;

/** A histogram with buckets of growing width over the last one to two windows. */
export function latencyRecord(windowMs: number): LatencyRecord {
  let recent = new Float64Array(buckets);
  let older = new Float64Array(buckets);
  let windowEnd: number | undefined;

  function turn(now: number): void {
    windowEnd ??= now + windowMs;
    if (now < windowEnd) return;
    older = now < windowEnd + windowMs ? recent : new Float64Array(buckets);
    recent = new Float64Array(buckets);
    windowEnd = now + windowMs;
  }

  return {
    add(ms, now) {
      turn(now);
      const bucket = Math.ceil(Math.log(Math.max(ms, smallestMs) / smallestMs) / Math.log(growth));
      const place = Math.min(buckets - 1, bucket);
      recent[place] = (recent[place] ?? 0) + 1;
    },
    percentile(share, now) {
      turn(now);
      let total = 0;
      for (let i = 0; i < buckets; i++) total += (recent[i] ?? 0) + (older[i] ?? 0);
      if (total < minCalls) return undefined;
      let seen = 0;
      for (let i = 0; i < buckets; i++) {
        seen += (recent[i] ?? 0) + (older[i] ?? 0);
        if (seen >= share * total) return smallestMs * growth ** i;
      }
      return smallestMs * growth ** (buckets - 1);
    },
  };
}
