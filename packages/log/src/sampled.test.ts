import { ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { collecting, parsed } from '../test/lines.ts';
import { type SampleOptions, sampled } from './sampled.ts';

function make(options: SampleOptions = {}) {
  const clock = fakeClock();
  const { log, lines } = collecting();
  return { clock, lines, log: sampled(log, { first: 2, windowMs: 1000, clock, ...options }) };
}

describe('sampled', () => {
  it('writes the first lines of a window, and tells in the next how many were left out', async () => {
    const { clock, log, lines } = make();
    for (let i = 0; i < 100; i++) log.error('away', { i });
    expect(lines).toHaveLength(2);
    await clock.advance(1000);
    for (let i = 0; i < 3; i++) log.error('away');
    expect(parsed(lines)).toEqual([
      { level: 'error', message: 'away', i: 0 },
      { level: 'error', message: 'away', i: 1 },
      { level: 'error', message: 'away', left_out: 98 },
      { level: 'error', message: 'away' },
    ]);
  });

  it('tells lines apart by level, message, method and code', () => {
    const { log, lines } = make({ first: 1 });
    for (let i = 0; i < 2; i++) {
      log.error('call', { code: 'internal' });
      log.warn('call', { code: 'internal' });
      log.error('call', { code: 'unknown' });
      log.error('call', { error: new ServiceError('data_loss', 'gone') });
      log.error('call', { code: 'internal', method: 'Sum' });
      log.error('other', { code: 'internal' });
    }
    expect(lines).toHaveLength(6);
  });

  it('leaves other levels alone, and counts for all loggers made by with', () => {
    const { log, lines } = make({ first: 1 });
    for (let i = 0; i < 5; i++) {
      log.info('fine');
      log.with({ i }).error('away');
    }
    expect(parsed(lines).filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(lines).toHaveLength(6);
  });

  it('remembers no more lines than its limit', () => {
    const { log, lines } = make({ first: 1, maxLines: 2 });
    for (const message of ['a', 'b', 'c', 'a', 'c']) log.error(message);
    expect(parsed(lines).map(({ message }) => message)).toEqual(['a', 'b', 'c', 'a']);
  });

  it('survives fields that cannot be read, and leaves no timer', () => {
    const { clock, log, lines } = make();
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    log.error('odd', proxy);
    expect(lines).toHaveLength(1);
    expect(clock.pending()).toBe(0);
  });

  it('refuses options that are out of range', () => {
    expect(() => make({ first: 0 })).toThrow(RangeError);
    expect(() => make({ windowMs: 0 })).toThrow(RangeError);
    expect(() => make({ maxLines: 0.5 })).toThrow(RangeError);
  });
});
