import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { checkNumber } from '@fairlead/endpoint';
import type { Meter } from '../meter.ts';

/** How the delay of the event loop is measured. */
export interface EventLoopOptions {
  /** How often it is looked at, in milliseconds, from 1 to 1000. Default 10. */
  readonly resolutionMs?: number | undefined;
}

/**
 * Shows how late the event loop is and how busy, since somebody last looked: what holds up every call
 * of a process. Node itself samples the delay, with a timer that keeps no process alive, until what is
 * returned is called.
 *
 * ```
 * fairlead_event_loop_delay_seconds{at="p99"}       p50, p99 or max
 * fairlead_event_loop_utilization_ratio            from 0, idle, to 1
 * ```
 *
 * With several who look (two Prometheus servers) each sees what came since the other one did.
 */
export function observeEventLoop(meter: Meter, options: EventLoopOptions = {}): () => void {
  const resolutionMs = checkNumber('resolutionMs', options.resolutionMs ?? 10, {
    min: 1,
    max: 1000,
    integer: true,
  });
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let before: EventLoopUtilization = performance.eventLoopUtilization();
  const unlinkDelay = meter.observe(
    {
      name: 'fairlead_event_loop_delay_seconds',
      help: 'How late the event loop was since it was last looked at.',
      labels: ['at'],
    },
    (record) => {
      if (delay.count > 0) {
        record(seconds(delay.percentile(50)), { at: 'p50' });
        record(seconds(delay.percentile(99)), { at: 'p99' });
        record(seconds(delay.max), { at: 'max' });
      }
      delay.reset();
    },
  );
  const unlinkUse = meter.observe(
    {
      name: 'fairlead_event_loop_utilization_ratio',
      help: 'The share of time in which the event loop was busy since it was last looked at.',
    },
    (record) => {
      const now = performance.eventLoopUtilization();
      record(performance.eventLoopUtilization(now, before).utilization, {});
      before = now;
    },
  );

  /** What is measured is the time between two samples: what it is longer than asked for is the delay. */
  function seconds(nanoseconds: number): number {
    return Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
  }

  return () => {
    unlinkDelay();
    unlinkUse();
    delay.disable();
  };
}
