import { percentile } from '../simulate/fleet.ts';
import type { RollingOptions } from './options.ts';
import type { LoadResult } from './run.ts';

/** The outcome of a run, as `--json` writes it. */
export interface RollingReport {
  readonly rounds: number;
  readonly restarts: number;
  readonly sent: number;
  readonly failed: number;
  readonly loads: readonly {
    readonly way: string;
    readonly load: string;
    readonly sent: number;
    readonly failures: Readonly<Record<string, number>>;
    /** When those that failed were due, in milliseconds since the start. */
    readonly failedAtMs: readonly number[];
    readonly p50Ms: number;
    readonly p99Ms: number;
  }[];
  /** Whether no call failed. */
  readonly ok: boolean;
}

/** Counts what a run has found. */
export function summarise(
  { rounds, instances }: RollingOptions,
  results: readonly LoadResult[],
): RollingReport {
  const loads = results.map(({ way, load, sent, latenciesMs, failures, failedAtMs }) => {
    const sorted = Float64Array.from(latenciesMs).sort();
    const at = (share: number): number =>
      sorted.length === 0 ? 0 : Math.round(percentile(sorted, share));
    return {
      way,
      load,
      sent,
      failures: Object.fromEntries(failures),
      failedAtMs: failedAtMs.map((ms) => Math.round(ms)),
      p50Ms: at(0.5),
      p99Ms: at(0.99),
    };
  });
  const sent = loads.reduce((sum, load) => sum + load.sent, 0);
  const failed = results.reduce(
    (sum, { failures }) => sum + [...failures.values()].reduce((all, count) => all + count, 0),
    0,
  );
  return { rounds, restarts: rounds * instances, sent, failed, loads, ok: failed === 0 };
}

/** The report as a table and a verdict. */
export function renderReport({ restarts, sent, failed, loads, ok }: RollingReport): string {
  const rows = loads.map(({ way, load, sent, failures, failedAtMs, p50Ms, p99Ms }) => {
    const reasons = Object.entries(failures).map(([why, count]) => `    ${count} × ${why}`);
    if (failedAtMs.length > 0) reasons.push(`    ${dueFromTo(failedAtMs)}`);
    const failedHere = Object.values(failures).reduce((sum, count) => sum + count, 0);
    const cells = [
      String(sent).padStart(8),
      String(failedHere).padStart(8),
      `${p50Ms} ms`.padStart(9),
      `${p99Ms} ms`.padStart(9),
    ];
    return [`${way.padEnd(10)}${load.padEnd(14)}${cells.join('')}`, ...reasons].join('\n');
  });
  const head = `${'found by'.padEnd(10)}${'load'.padEnd(14)}${'calls'.padStart(8)}${'failed'.padStart(8)}${'p50'.padStart(9)}${'p99'.padStart(9)}`;
  const verdict = ok
    ? `✓ ${restarts} restarts, ${sent} calls without a retry, and none failed.`
    : `✗ ${restarts} restarts: ${failed} of ${sent} calls failed.`;
  return [head, ...rows, '', verdict].join('\n');
}

/** When the failures were: a single moment, or all the time. */
function dueFromTo(atMs: readonly number[]): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return `due from ${seconds(Math.min(...atMs))} to ${seconds(Math.max(...atMs))}`;
}
