import { monitorEventLoopDelay } from 'node:perf_hooks';
import { checkNumber } from '@fairlead/endpoint';
import type { CheckResult } from '../check.ts';

/** What measures how late the event loop is: Node's `monitorEventLoopDelay`, in nanoseconds. */
export interface DelayHistogram {
  readonly max: number;
  percentile(percentile: number): number;
  reset(): void;
  enable(): unknown;
  disable(): unknown;
}

/** How late is too late. */
export interface EventLoopOptions {
  /** Degraded beyond this delay at the 99th percentile, in milliseconds. Default 100. */
  readonly degradedMs?: number | undefined;
  /** Down beyond this one, in milliseconds. Default 1000. */
  readonly downMs?: number | undefined;
  /** Default: Node's own. Its figures contain the 20 ms between two looks. */
  readonly histogram?: DelayHistogram | undefined;
}

/** A check with a life of its own. */
export interface EventLoopCheck extends Disposable {
  /** Says how late the loop was since it was last asked. */
  readonly check: () => CheckResult;
  /** Ends the measuring. */
  close(): void;
}

/** How often Node looks; what it measures contains that time. */
const resolutionMs = 20;

/** Nanoseconds between two looks, as milliseconds beyond those that there should be. */
function lateness(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1e6 - resolutionMs));
}

/**
 * A check of the event loop: whether something keeps it busy for so long that everybody waits. Good for
 * readiness; for liveness only with a `downMs` that no burst of work reaches. It measures from its first
 * run until it is closed, at next to no cost, and keeps no process alive.
 */
export function createEventLoopCheck(options: EventLoopOptions = {}): EventLoopCheck {
  const degradedMs = checkNumber('degradedMs', options.degradedMs ?? 100);
  const downMs = checkNumber('downMs', options.downMs ?? 1000);
  let histogram: DelayHistogram | undefined;

  function check(): CheckResult {
    if (histogram === undefined) {
      histogram = options.histogram ?? monitorEventLoopDelay({ resolution: resolutionMs });
      histogram.enable();
      return { status: 'up', message: 'begins to measure' };
    }
    const delayMs = lateness(histogram.percentile(99));
    const maxMs = lateness(histogram.max);
    histogram.reset();
    const data = { delayMs, maxMs };
    if (delayMs <= degradedMs) return { status: 'up', data };
    const message = `the event loop is ${delayMs} ms late`;
    return { status: delayMs > downMs ? 'down' : 'degraded', message, data };
  }

  function close(): void {
    histogram?.disable();
  }

  return { check, close, [Symbol.dispose]: close };
}
