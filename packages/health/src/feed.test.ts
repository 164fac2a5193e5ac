import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { createHealth, createHealthFeed, type HealthStatus } from './index.ts';

function scene() {
  const clock = fakeClock();
  const told = new Map<string, string>();
  const state: { database: HealthStatus } = { database: 'up' };
  const health = createHealth({
    clock,
    checks: [
      { name: 'database', kind: 'dependency', check: () => ({ status: state.database }) },
      { name: 'disk', check: () => {} },
    ],
  });
  const target = { set: (service: string, status: string) => void told.set(service, status) };
  const feed = createHealthFeed(health, target, {
    clock,
    intervalMs: 5000,
    services: { 'pb.Add': ['database'], 'pb.Other': [] },
  });
  return { clock, told, state, health, feed };
}

describe('a feed', () => {
  it('tells how it is at the start, and then now and then', async () => {
    const { clock, told, state, feed } = scene();
    await feed.ready;
    expect(Object.fromEntries(told)).toEqual({
      '': 'serving',
      'pb.Add': 'serving',
      'pb.Other': 'serving',
    });
    state.database = 'down';
    await clock.advance(4999);
    expect(told.get('pb.Add')).toBe('serving');
    await clock.advance(1);
    // It is a dependency: the whole is degraded, and serves.
    expect(Object.fromEntries(told)).toEqual({
      '': 'serving',
      'pb.Add': 'not_serving',
      'pb.Other': 'serving',
    });
    await feed.close();
    expect(clock.pending()).toBe(0);
  });

  it('tells at once that the service drains', async () => {
    const { told, health, feed } = scene();
    await feed.ready;
    health.setReady(false, 'draining');
    expect([...told.values()]).toEqual(['not_serving', 'not_serving', 'not_serving']);
    await feed.close();
    health.setReady(true);
    expect(told.get('')).toBe('not_serving');
  });

  it('tells nothing after its end, also where a check is under way', async () => {
    const { told, feed, clock } = scene();
    await feed.close();
    expect(told.size).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  it('refuses an interval that is none', () => {
    const target = { set: () => {} };
    expect(() => createHealthFeed(createHealth(), target, { intervalMs: 0 })).toThrow(
      /^intervalMs must be/,
    );
  });
});
