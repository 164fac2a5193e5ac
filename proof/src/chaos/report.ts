import { percentile } from '../simulate/fleet.ts';
import { figure, percent } from '../simulate/table.ts';
import type { Sample } from './load.ts';
import type { ChaosOptions } from './options.ts';
import { scenarios } from './scenarios.ts';

/** What a run has to say. */
export interface Findings {
  readonly samples: readonly Sample[];
  /** When the harm was, in milliseconds since the start. */
  readonly harm: readonly [fromMs: number, toMs: number];
  /** How often non-idempotent calls were executed again. */
  readonly duplicates: number;
  /** Attempts by the name of the instance. */
  readonly attempts: ReadonlyMap<string, number>;
}

/** Milliseconds; null where there was no call. */
interface Latency {
  readonly p50: number | null;
  readonly p99: number | null;
}

/** The outcome of a run, as `--json` writes it. */
export interface Report extends Omit<ChaosOptions, 'json'> {
  readonly harmMs: readonly [from: number, to: number];
  readonly sent: number;
  readonly failed: {
    readonly idempotent: number;
    readonly nonIdempotent: number;
    readonly byCode: Readonly<Record<string, number>>;
  };
  /** How often a non-idempotent call was executed again. */
  readonly duplicates: number;
  readonly latencyMs: {
    readonly before: Latency;
    readonly during: Latency;
    readonly after: Latency;
  };
  /** How late 99 of 100 calls were made at most: what is in the latencies that is the client's own. */
  readonly clientLateMs: number | null;
  /** The share of the attempts that went to each instance. */
  readonly shares: Readonly<Record<string, number>>;
  /** 1 where nothing was tried twice. */
  readonly attemptsPerCall: number;
  /** Whether the goal was met. */
  readonly ok: boolean;
}

/** Counts what a run has found. */
export function summarise(
  { json: _, ...options }: ChaosOptions,
  { samples, harm, duplicates, attempts }: Findings,
): Report {
  const [from, to] = harm;
  const failures = samples.filter(({ code }) => code !== undefined);
  const idempotent = failures.filter((sample) => sample.idempotent).length;
  const byCode: Record<string, number> = {};
  for (const { code = '' } of failures) byCode[code] = (byCode[code] ?? 0) + 1;
  const total = [...attempts.values()].reduce((sum, count) => sum + count, 0);
  return {
    ...options,
    harmMs: [Math.round(from), Math.round(to)],
    sent: samples.length,
    failed: { idempotent, nonIdempotent: failures.length - idempotent, byCode },
    duplicates,
    latencyMs: {
      before: latencyOf(samples.filter(({ atMs }) => atMs < from)),
      during: latencyOf(samples.filter(({ atMs }) => atMs >= from && atMs < to)),
      after: latencyOf(samples.filter(({ atMs }) => atMs >= to)),
    },
    clientLateMs: percentilesOf(samples.map(({ lateMs }) => lateMs)).p99,
    shares: Object.fromEntries(
      [...attempts].map(([name, count]) => [name, rounded(count / total)]),
    ),
    attemptsPerCall: rounded(total / Math.max(1, samples.length)),
    ok: duplicates === 0 && (idempotent === 0 || !scenarios[options.scenario].strict),
  };
}

function latencyOf(samples: readonly Sample[]): Latency {
  return percentilesOf(samples.map(({ latencyMs }) => latencyMs));
}

function percentilesOf(values: readonly number[]): Latency {
  if (values.length === 0) return { p50: null, p99: null };
  const sorted = Float64Array.from(values).sort();
  return { p50: rounded(percentile(sorted, 0.5)), p99: rounded(percentile(sorted, 0.99)) };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** The report as a short table and a verdict. */
export function renderReport(report: Report): string {
  const { sent, failed, duplicates, latencyMs, clientLateMs, shares, attemptsPerCall } = report;
  const { before, during, after } = latencyMs;
  const phases = [before, during, after];
  const codes = Object.entries(failed.byCode).map(([code, count]) => `${count} ${code}`);
  const served = Object.entries(shares).map(([name, share]) => `${name} ${percent(share)}`);
  const lines = [
    ['', ...['before', 'during', 'after'].map((name) => name.padStart(8))],
    ['p50', ...phases.map(({ p50 }) => milliseconds(p50))],
    ['p99', ...phases.map(({ p99 }) => milliseconds(p99))],
    ['late', `${milliseconds(clientLateMs)} at the 99th percentile is the client's own doing`],
    ['calls', `${sent}, ${figure(attemptsPerCall)} attempts each`],
    [
      'failed',
      `${failed.idempotent} idempotent, ${failed.nonIdempotent} that must not be repeated`,
    ],
    ...(codes.length > 0 ? [['', codes.join(', ')]] : []),
    ['twice', `${duplicates} of those that must not be`],
    ['shares', served.join(', ')],
  ];
  return [
    ...lines.map(([name = '', ...cells]) => `${name.padEnd(8)}${cells.join(' ')}`),
    '',
    verdict(report),
  ]
    .map((line) => line.trimEnd())
    .join('\n');
}

function milliseconds(value: number | null): string {
  return (value === null ? '–' : `${figure(value)} ms`).padStart(8);
}

function verdict({ ok, scenario, failed, duplicates }: Report): string {
  if (!ok)
    return `✗ ${scenario}: ${failed.idempotent} idempotent calls failed, ${duplicates} calls were executed twice.`;
  const kept =
    failed.idempotent === 0 ? 'no idempotent call failed' : 'some calls failed, as they may here';
  return `✓ ${scenario}: ${kept}, and none that must not be was executed twice.`;
}
