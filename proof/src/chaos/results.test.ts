import { expect, it } from 'vitest';
import type { Report } from './report.ts';
import { renderResults } from './results.ts';

const report: Report = {
  registry: 'consul',
  transport: 'grpc',
  scenario: 'kill',
  instances: 3,
  rate: 200,
  seconds: 9,
  harmMs: [3000, 6000],
  sent: 1800,
  failed: { idempotent: 0, nonIdempotent: 2, byCode: { unavailable: 2 } },
  duplicates: 0,
  latencyMs: {
    before: { p50: 4, p99: 8.25 },
    during: { p50: 4, p99: 123.4 },
    after: { p50: null, p99: null },
  },
  clientLateMs: 1.5,
  shares: { i1: 1 },
  attemptsPerCall: 1.0042,
  ok: true,
};

it('each run is a line, with what failed and what it took', () => {
  const lines = renderResults([report, { ...report, ok: false }]).split('\n');
  expect(lines).toHaveLength(4);
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells[2]?.slice(1, -1)).toEqual([
    'kill',
    'consul',
    'grpc',
    '1800',
    '0',
    '2',
    '0',
    '1.00',
    '8.25',
    '123',
    '–',
    '1.50',
    '✓',
  ]);
  expect(cells[3]?.at(-2)).toBe('✗');
  expect(cells[0]?.length).toBe(cells[2]?.length);
});
