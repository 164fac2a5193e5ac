/** The latency of a service that is not overloaded, as far as can be seen from windows of calls. */
export interface Baseline {
  /** In milliseconds. */
  readonly ms: number;
  /** Whether the next window should have fewer calls, to see what latency is without load. */
  readonly isProbing: boolean;
  /** Told of each window: its average latency, and whether as many calls were under way as might. */
  seen(shortMs: number, isFull: boolean): void;
}

/** After how many windows that were full one is spent on a probe. */
const probeEvery = 30;
/** How many values count alike at first. */
const warmUp = 10;
/** By how much the average may exceed a window before it is drawn down. */
const drift = 2;

/**
 * The average of about so many windows, each later one weighing more: the long average of Gradient2,
 * but for full windows, whose latency may be that of the load. They can lower it; in place of what they
 * would add counts what the probe shows.
 */
export function latencyBaseline(windows: number): Baseline {
  const weight = 2 / (windows + 1);
  const probeWeight = 1 - (1 - weight) ** probeEvery;
  let count = 0;
  let ms = 0;
  let full = 0;
  let isProbing = false;

  function add(value: number, by: number): void {
    ms += (value - ms) * (count < warmUp ? 1 / ++count : by);
    // After a long time of load the average is that of the load: let it not take long to forget.
    if (ms > drift * value) ms *= 0.95;
  }

  return {
    get ms() {
      return ms;
    },
    get isProbing() {
      return isProbing;
    },
    seen(shortMs, isFull) {
      if (isProbing) {
        isProbing = false;
        add(shortMs, probeWeight);
      } else if (!isFull || count < warmUp || shortMs < ms) {
        add(shortMs, weight);
      } else if (++full === probeEvery) {
        full = 0;
        isProbing = true;
      }
    },
  };
}
