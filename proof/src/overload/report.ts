import type { Sample } from '../chaos/load.ts';
import { percentile } from '../simulate/fleet.ts';
import { figure } from '../simulate/table.ts';

/** The load of each phase, in calls a second; the server can do 200. */
export const phases = { unloaded: 80, full: 190, overloaded: 1000, after: 80 } as const;
export type PhaseName = keyof typeof phases;
// Sound: the object has no other keys.
export const phaseNames = Object.keys(phases) as readonly PhaseName[];

/** What became of the calls of a phase. */
interface PhaseReport {
  /** Calls served each second. */
  readonly goodput: number;
  /** Of the served ones, in milliseconds; null where there was none. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Those that were not served, by code. */
  readonly failed: Readonly<Record<string, number>>;
}

/** The outcome of a run, as `--json` writes it. */
export interface OverloadReport extends Readonly<Record<PhaseName, PhaseReport>> {
  /** How long after the overload a call failed still, in seconds. */
  readonly recoverySeconds: number;
  /** What was served of what is served at full load, in the overload. */
  readonly goodputShare: number;
  /** How many times longer than without load the slowest of a hundred took. */
  readonly slowdown: number;
  /** Whether the goal was met. */
  readonly ok: boolean;
}

/** Counts what a run has found. */
export function summarise(
  samples: Readonly<Record<PhaseName, readonly Sample[]>>,
  seconds: number,
): OverloadReport {
  const of = (name: PhaseName): PhaseReport => phaseReport(samples[name], seconds);
  const [unloaded, full, overloaded] = [of('unloaded'), of('full'), of('overloaded')];
  const best = Math.max(full.goodput, overloaded.goodput);
  const goodputShare = overloaded.goodput / best;
  const slowdown = (overloaded.p99 ?? Infinity) / (unloaded.p99 ?? Number.NaN);
  const lastFailure = samples.after.findLast(({ code }) => code !== undefined);
  const recoverySeconds = (lastFailure?.atMs ?? 0) / 1000;
  return {
    unloaded,
    full,
    overloaded,
    after: of('after'),
    recoverySeconds,
    goodputShare,
    slowdown,
    ok: goodputShare >= 0.9 && slowdown <= 3 && recoverySeconds < Math.min(10, seconds * 0.9),
  };
}

function phaseReport(samples: readonly Sample[], seconds: number): PhaseReport {
  const served = samples.filter(({ code }) => code === undefined);
  const sorted = Float64Array.from(served, ({ latencyMs }) => latencyMs).sort();
  const failed: Record<string, number> = {};
  for (const { code } of samples) if (code !== undefined) failed[code] = (failed[code] ?? 0) + 1;
  const at = (share: number): number | null =>
    sorted.length === 0 ? null : Math.round(percentile(sorted, share) * 10) / 10;
  return { goodput: served.length / seconds, p50: at(0.5), p99: at(0.99), failed };
}

/** The report as a short table and a verdict. */
export function renderReport(report: OverloadReport): string {
  const rows = phaseNames.map((name) => {
    const { goodput, p50, p99, failed } = report[name];
    const codes = Object.entries(failed).map(([code, count]) => `${count} ${code}`);
    const cells = [String(phases[name]), figure(goodput), milliseconds(p50), milliseconds(p99)];
    return `${name.padEnd(11)}${cells.map((cell) => cell.padStart(10)).join('')}   ${codes.join(', ')}`;
  });
  const head = ['calls/s', 'served/s', 'p50', 'p99'].map((cell) => cell.padStart(10)).join('');
  const { goodputShare, slowdown, recoverySeconds, ok } = report;
  const verdict = [
    `${Math.round(goodputShare * 100)} % of the best served in the overload`,
    `p99 ${figure(slowdown)} times that without load`,
    `the last failure ${figure(recoverySeconds)} s after it`,
  ].join(', ');
  const lines = [`${' '.repeat(11)}${head}`, ...rows, '', `${ok ? '✓' : '✗'} ${verdict}.`];
  return lines.map((line) => line.trimEnd()).join('\n');
}

function milliseconds(value: number | null): string {
  return value === null ? '–' : `${figure(value)} ms`;
}
