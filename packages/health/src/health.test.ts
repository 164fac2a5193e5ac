import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { createHealth, type HealthStatus } from './index.ts';

const fail = () => {
  throw new Error('refused');
};

/** A check that counts its runs, and ends when the test says so. */
function held() {
  let runs = 0;
  let release = (_outcome: unknown): void => {};
  const check = () => {
    runs++;
    return new Promise((resolve) => {
      release = resolve;
    });
  };
  return { check, runs: () => runs, release: (outcome?: unknown) => release(outcome) };
}

describe('the whole', () => {
  it.each<[string, HealthStatus, HealthStatus]>([
    ['liveness', 'up', 'down'],
    ['readiness', 'down', 'up'],
    ['dependency', 'degraded', 'up'],
  ])('asks a failing %s: ready is %s, live is %s', async (kind, ready, live) => {
    const health = createHealth();
    // Sound: the table has no other kinds.
    health.add({ name: 'it', kind: kind as 'liveness', check: fail });
    expect((await health.ask('ready')).status).toBe(ready);
    expect((await health.ask('live')).status).toBe(live);
  });

  it.each<[HealthStatus, boolean, HealthStatus]>([
    ['up', true, 'up'],
    ['degraded', true, 'degraded'],
    ['down', true, 'down'],
    ['degraded', false, 'degraded'],
    ['down', false, 'degraded'],
  ])('with one that is %s, critical %s, is %s', async (status, critical, whole) => {
    const health = createHealth({
      checks: [
        { name: 'well', check: () => {} },
        { name: 'it', critical, check: async () => ({ status }) },
      ],
    });
    expect((await health.ask('all')).status).toBe(whole);
  });

  it('is up without a check', async () => {
    expect(await createHealth().ask('all')).toEqual({
      status: 'up',
      notReady: undefined,
      checks: [],
    });
  });

  it('tells of each check what it said', async () => {
    const clock = fakeClock();
    const health = createHealth({
      clock,
      checks: [
        {
          name: 'disk',
          check: () => ({ status: 'degraded', message: 'little', data: { free: 1 } }),
        },
        { name: 'database', kind: 'dependency', check: () => Promise.reject(new Error('refused')) },
        { name: 'odd', check: () => ({ status: 'fine', rows: 3 }) },
      ],
    });
    const common = { kind: 'readiness', critical: true, message: undefined, data: undefined };
    expect((await health.ask('all')).checks).toEqual([
      {
        ...common,
        name: 'disk',
        status: 'degraded',
        message: 'little',
        data: { free: 1 },
        tookMs: 0,
      },
      {
        ...common,
        name: 'database',
        kind: 'dependency',
        critical: false,
        status: 'down',
        message: 'refused',
        tookMs: 0,
      },
      { ...common, name: 'odd', status: 'up', tookMs: 0 },
    ]);
  });
});

describe('a check', () => {
  it('that takes too long is down, its context has ended, and nothing is left', async () => {
    const clock = fakeClock();
    const codes: string[] = [];
    const health = createHealth({ clock });
    health.add({
      name: 'slow',
      timeoutMs: 100,
      check: (ctx) => {
        ctx.onAbort(({ code }) => codes.push(code));
        return new Promise(() => {});
      },
    });
    const asked = health.ask('ready');
    await clock.advance(100);
    expect((await asked).checks).toMatchObject([
      { status: 'down', message: 'no answer within 100 ms', tookMs: 100 },
    ]);
    expect(codes).toEqual(['deadline_exceeded']);
    expect(clock.pending()).toBe(0);
  });

  it('runs once for all who ask meanwhile, and again when its outcome is old', async () => {
    const clock = fakeClock();
    const { check, runs, release } = held();
    const health = createHealth({ clock, checks: [{ name: 'it', check, maxAgeMs: 1000 }] });
    const both = Promise.all([health.ask('ready'), health.ask('all')]);
    await clock.advance(0);
    release();
    await both;
    expect(runs()).toBe(1);
    await clock.advance(999);
    await health.ask('ready');
    expect(runs()).toBe(1);
    await clock.advance(1);
    const again = health.ask('ready');
    await clock.advance(0);
    release({ status: 'down' });
    expect((await again).status).toBe('down');
    expect(runs()).toBe(2);
    expect(clock.pending()).toBe(0);
  });

  it('that ends after its time changes nothing', async () => {
    const clock = fakeClock();
    const { check, release } = held();
    const health = createHealth({ clock, checks: [{ name: 'it', check, timeoutMs: 10 }] });
    const asked = health.ask('ready');
    await clock.advance(10);
    await asked;
    release();
    await clock.advance(0);
    expect(health.latest('ready').status).toBe('down');
  });

  it('can be taken away, and its name used again', async () => {
    const health = createHealth();
    const remove = health.add({ name: 'it', check: fail });
    expect(() => health.add({ name: 'it', check: () => {} })).toThrow(
      'there is a health check it already: name it otherwise',
    );
    remove();
    health.add({ name: 'it', check: () => {} });
    remove();
    expect((await health.ask('ready')).checks).toMatchObject([{ status: 'up' }]);
  });

  it('is checked where it is written', () => {
    const health = createHealth();
    const check = () => {};
    expect(() => health.add({ name: '', check })).toThrow('a health check needs a name');
    expect(() => health.add({ name: 'a', check, timeoutMs: -1 })).toThrow(/^timeoutMs must be/);
    expect(() => health.add({ name: 'a', check, maxAgeMs: -1 })).toThrow(/^maxAgeMs must be/);
  });
});

describe('setReady', () => {
  it('makes it not ready whatever the checks say, and lives on', async () => {
    const health = createHealth({ isReady: false });
    expect(await health.ask('ready')).toMatchObject({ status: 'down', notReady: 'starting' });
    health.setReady(true);
    expect((await health.ask('ready')).status).toBe('up');
    health.setReady(false, 'draining');
    expect(await health.ask('all')).toMatchObject({ status: 'down', notReady: 'draining' });
    expect((await health.ask('live')).status).toBe('up');
  });

  it('tells followers of changes alone, until they leave', () => {
    const health = createHealth();
    let told = 0;
    const leave = health.onReadyChange(() => told++);
    health.setReady(true);
    expect(told).toBe(0);
    health.setReady(false);
    health.setReady(false);
    expect(told).toBe(1);
    leave();
    health.setReady(true);
    expect(told).toBe(1);
  });
});
