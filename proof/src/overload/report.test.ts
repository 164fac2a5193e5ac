import { describe, expect, it } from 'vitest';
import type { Sample } from '../chaos/load.ts';
import { parseOverloadOptions } from './options.ts';
import { renderReport, summarise } from './report.ts';

/** So many calls that took so long; those with a code were not served. */
function samples(count: number, latencyMs: number, code?: Sample['code'], from = 0): Sample[] {
  return Array.from({ length: count }, (_, i) => ({
    atMs: from + i,
    latencyMs,
    lateMs: 0,
    idempotent: true,
    code,
  }));
}

const well = {
  unloaded: samples(800, 40),
  full: samples(1900, 45),
  overloaded: [...samples(1900, 110), ...samples(8000, 1, 'unavailable')],
  after: [...samples(10, 1, 'unavailable', 1990), ...samples(790, 40, undefined, 3000)],
};

describe('the report of an overload', () => {
  it('meets the goal', () => {
    const report = summarise(well, 10);
    expect(report).toMatchObject({
      goodputShare: 1,
      slowdown: 2.75,
      recoverySeconds: 1.999,
      ok: true,
    });
    expect(report.overloaded).toEqual({
      goodput: 190,
      p50: 110,
      p99: 110,
      failed: { unavailable: 8000 },
    });
    expect(renderReport(report)).toContain('✓ 100 % of the best served in the overload, p99 2.75');
  });

  it.each([
    ['serves too little', { overloaded: samples(1700, 110) }],
    ['serves too late', { overloaded: samples(1900, 121) }],
    ['does not recover', { after: samples(1, 1, 'unavailable', 9990) }],
    ['serves nothing', { overloaded: samples(1, 1000, 'deadline_exceeded') }],
  ])('misses it where it %s', (_, other) => {
    const report = summarise({ ...well, ...other }, 10);
    expect(report.ok).toBe(false);
    expect(renderReport(report)).toContain('✗');
  });
});

describe('parseOverloadOptions', () => {
  it('has a default for everything', () => {
    expect(parseOverloadOptions(['--scenario', 'overload'])).toEqual({
      transport: 'http',
      work: 'wait',
      protection: 'adaptive',
      seconds: 10,
      json: false,
    });
  });

  it.each([
    ['--work=sleep', '--work must be one of wait, compute'],
    ['--protection=luck', '--protection must be one of adaptive, nothing'],
    ['--seconds=1', '--seconds must be a whole number from 2'],
    ['--registry=etcd', 'Unknown option'],
  ])('says what is wrong with %s', (arg, message) => {
    expect(() => parseOverloadOptions([arg])).toThrow(message);
  });
});
