import { expect, it } from 'vitest';
import { parseRollingOptions } from './options.ts';
import { renderReport, summarise } from './report.ts';
import type { LoadResult } from './run.ts';

const options = parseRollingOptions(['--rounds', '2', '--way', 'registry']);
const well: LoadResult = {
  way: 'registry',
  load: 'http',
  sent: 3,
  latenciesMs: [1, 2, 9],
  failures: new Map(),
  failedAtMs: [],
};

it('reads its flags, and says what is wrong with them', () => {
  expect(options).toEqual({
    ways: ['registry'],
    instances: 3,
    rounds: 2,
    rate: 120,
    drains: true,
    json: false,
  });
  expect(parseRollingOptions(['--no-drain'])).toMatchObject({
    ways: ['registry', 'balancer'],
    drains: false,
  });
  expect(() => parseRollingOptions(['--way', 'luck'])).toThrow(
    '--way must be registry, balancer or both, but is luck',
  );
});

it('is content where nothing failed', () => {
  const report = summarise(options, [well]);
  expect(report).toMatchObject({ restarts: 6, sent: 3, failed: 0, ok: true });
  expect(report.loads).toMatchObject([{ p50Ms: 2, p99Ms: 9 }]);
  expect(renderReport(report)).toContain('✓ 6 restarts, 3 calls without a retry, and none failed.');
});

it('is not where one call failed, and says why', () => {
  const failures = new Map([['unavailable: reset', 1]]);
  const report = summarise(options, [
    well,
    { ...well, load: 'grpc', failures, failedAtMs: [1200] },
  ]);
  expect(report).toMatchObject({ sent: 6, failed: 1, ok: false });
  const text = renderReport(report);
  expect(text).toContain('1 × unavailable: reset');
  expect(text).toContain('due from 1.2 s to 1.2 s');
  expect(text).toContain('✗ 6 restarts: 1 of 6 calls failed.');
});

it('shows a load without a call', () => {
  expect(summarise(options, [{ ...well, sent: 0, latenciesMs: [] }]).loads).toMatchObject([
    { p50Ms: 0, p99Ms: 0 },
  ]);
});
