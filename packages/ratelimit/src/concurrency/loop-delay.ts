import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { checkNumber } from '@fairlead/endpoint';

/** How late the event loop runs what is due: the one sign of load that a process of Node always has. */
export interface LoopDelay {
  /** By how many milliseconds something that came at any moment lately was kept waiting, at most. */
  readonly currentMs: number;
}

/** How the delay is measured. */
export interface LoopDelayOptions {
  /** How often the loop is looked at, in milliseconds. Default 10. */
  readonly resolutionMs?: number | undefined;
  /** How much time a reading is about at least, in milliseconds. Default 100. */
  readonly windowMs?: number | undefined;
}

/** A {@link LoopDelay} of this process, with an end. */
export interface MeasuredLoopDelay extends LoopDelay, Disposable {
  /** Stops measuring; a reading is 0 from then on. A second time does nothing. */
  close(): void;
}

/**
 * Measures the event loop of this thread by Node's own means (`monitorEventLoopDelay`), which cost no
 * JavaScript. It begins with the first reading, which is 0, and does not keep the process alive.
 *
 * A reading is the turn of the loop that a call falls into: a long turn is fallen into more often than
 * a short one, so one turn of 100 ms among ten of 10 ms says 55 ms, where the average would say 18.
 */
export function createLoopDelay(options: LoopDelayOptions = {}): MeasuredLoopDelay {
  const resolution = checkNumber('resolutionMs', options.resolutionMs ?? 10, {
    min: 1,
    max: 1000,
    integer: true,
  });
  const windowMs = checkNumber('windowMs', options.windowMs ?? 100, { max: 60_000 });
  let histogram: IntervalHistogram | undefined;
  let windowEnd = 0;
  let currentMs = 0;
  let isClosed = false;

  function read(): number {
    // The time of the histogram, which has no other.
    const now = performance.now();
    if (histogram === undefined) {
      histogram = monitorEventLoopDelay({ resolution });
      histogram.enable();
      windowEnd = now + windowMs;
    } else if (now >= windowEnd && histogram.count > 0) {
      // It counts from the second look after a reset on: two turns may be more than a window.
      currentMs = delayOf(histogram, resolution);
      histogram.reset();
      windowEnd = now + windowMs;
    }
    return currentMs;
  }

  function close(): void {
    isClosed = true;
    histogram?.disable();
  }

  return {
    get currentMs() {
      return isClosed ? 0 : read();
    },
    close,
    [Symbol.dispose]: close,
  };
}

const nsPerMs = 1e6;

/** The mean turn, weighed by how long each is; Node counts the wait between two looks in. */
function delayOf({ mean, stddev }: IntervalHistogram, resolutionMs: number): number {
  return Math.max(0, (mean + stddev ** 2 / mean) / nsPerMs - resolutionMs);
}
