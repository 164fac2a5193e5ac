import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { graceTimer } from './index.ts';

describe('graceTimer', () => {
  it('gives ten seconds unless told otherwise, from when it was told', async () => {
    const clock = fakeClock();
    const grace = graceTimer(clock);
    grace.limit(undefined);
    await clock.advance(4000);
    let ended = 0;
    grace.start(() => ended++);
    expect(grace.remainingMs()).toBe(6000);
    await clock.advance(5999);
    expect(ended).toBe(0);
    await clock.advance(1);
    expect(ended).toBe(1);
    expect(clock.pending()).toBe(0);
  });

  it('can be shortened, and not prolonged', async () => {
    const clock = fakeClock();
    const grace = graceTimer(clock);
    grace.limit(Infinity);
    grace.limit(undefined);
    expect(grace.remainingMs()).toBe(Infinity);
    let ended = 0;
    grace.start(() => ended++);
    grace.limit(500);
    grace.limit(800);
    expect(clock.pending()).toBe(1);
    await clock.advance(500);
    expect(ended).toBe(1);
  });

  it('ends nothing once it is stopped', async () => {
    const clock = fakeClock();
    const grace = graceTimer(clock);
    grace.limit(100);
    grace.start(() => expect.unreachable());
    grace.stop();
    grace.limit(0);
    expect(clock.pending()).toBe(0);
  });

  it('refuses what is no time', () => {
    expect(() => graceTimer(fakeClock()).limit(-1)).toThrow(/^graceMs must be/);
  });
});
