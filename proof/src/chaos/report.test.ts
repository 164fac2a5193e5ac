import { describe, expect, it } from 'vitest';
import type { Sample } from './load.ts';
import type { ChaosOptions } from './options.ts';
import { type Findings, renderReport, summarise } from './report.ts';

const options: ChaosOptions = {
  registry: 'memory',
  transport: 'http',
  scenario: 'kill',
  instances: 3,
  rate: 100,
  seconds: 3,
  json: false,
};

function findings(more: Partial<Findings> = {}): Findings {
  const samples = Array.from({ length: 300 }, (_, i): Sample => {
    const atMs = i * 10;
    const latencyMs = atMs < 1000 ? 1 : atMs < 2000 ? 50 : 2;
    return { atMs, latencyMs, lateMs: 0.5, idempotent: i % 4 !== 3, code: undefined };
  });
  const attempts = new Map([
    ['i1', 60],
    ['i2', 270],
  ]);
  return { samples, harm: [1000, 2000], duplicates: 0, attempts, ...more };
}

/** The findings with calls that failed. */
function failing(...places: readonly number[]): Findings {
  const { samples } = findings();
  return findings({
    samples: samples.map((sample, i) =>
      places.includes(i) ? { ...sample, code: 'unavailable' } : sample,
    ),
  });
}

describe('summarise', () => {
  it('tells before, during and after apart, and counts attempts', () => {
    expect(summarise(options, findings())).toEqual({
      registry: 'memory',
      transport: 'http',
      scenario: 'kill',
      instances: 3,
      rate: 100,
      seconds: 3,
      harmMs: [1000, 2000],
      sent: 300,
      failed: { idempotent: 0, nonIdempotent: 0, byCode: {} },
      duplicates: 0,
      latencyMs: {
        before: { p50: 1, p99: 1 },
        during: { p50: 50, p99: 50 },
        after: { p50: 2, p99: 2 },
      },
      clientLateMs: 0.5,
      shares: { i1: 0.182, i2: 0.818 },
      attemptsPerCall: 1.1,
      ok: true,
    });
  });

  it('has no latency where there was no call', () => {
    const { latencyMs } = summarise(options, findings({ harm: [1000, 3000] }));
    expect(latencyMs.after).toEqual({ p50: null, p99: null });
  });

  it('takes a failure of an idempotent call for one, but not of one whose outcome nobody knows', () => {
    expect(summarise(options, failing(3, 7))).toMatchObject({
      failed: { idempotent: 0, nonIdempotent: 2, byCode: { unavailable: 2 } },
      ok: true,
    });
    expect(summarise(options, failing(0))).toMatchObject({ failed: { idempotent: 1 }, ok: false });
    expect(summarise({ ...options, scenario: 'grey' }, failing(0)).ok).toBe(true);
  });

  it('never accepts a duplicate', () => {
    expect(summarise({ ...options, scenario: 'grey' }, findings({ duplicates: 1 })).ok).toBe(false);
  });
});

describe('renderReport', () => {
  it('is a short table and a verdict', () => {
    expect(renderReport(summarise(options, failing(3))).split('\n')).toEqual([
      '          before   during    after',
      'p50      1.00 ms  50.0 ms  2.00 ms',
      'p99      1.00 ms  50.0 ms  2.00 ms',
      "late     0.50 ms at the 99th percentile is the client's own doing",
      'calls   300, 1.10 attempts each',
      'failed  0 idempotent, 1 that must not be repeated',
      '        1 unavailable',
      'twice   0 of those that must not be',
      'shares  i1 18.2 %, i2 81.8 %',
      '',
      '✓ kill: no idempotent call failed, and none that must not be was executed twice.',
    ]);
  });

  it('says so when the goal was missed', () => {
    const text = renderReport(summarise(options, { ...failing(0), duplicates: 2 }));
    expect(text).toMatch(/✗ kill: 1 idempotent calls failed, 2 calls were executed twice\.$/);
  });
});
