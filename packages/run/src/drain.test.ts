import { type Context, ServiceError } from '@fairlead/endpoint';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { fakeServer } from '../test/parts.ts';
import { createDrain, type DrainOptions } from './index.ts';

/** A drain of one of each, on a clock that stands still, and what happens in it. */
function scene(options: DrainOptions = {}) {
  const clock = fakeClock();
  const log: string[] = [];
  const { server, finish } = fakeServer(log);
  const registrar = {
    deregister: async () => void log.push('deregister'),
  };
  const drain = createDrain({
    clock,
    unready: [() => log.push('unready')],
    registrars: [registrar],
    servers: [server],
    flush: [async () => void log.push('flush')],
    close: [() => log.push('close')],
    onEvent: (event) => {
      if (event.kind === 'step') log.push(`[${event.step}]`);
      else if (event.kind !== 'step_over') log.push(event.kind);
    },
    ...options,
  });
  return { drain, clock, log, finish };
}

const untilAborted = (ctx: Context): Promise<never> =>
  new Promise((_resolve, reject) => void ctx.onAbort(reject));

describe('a drain', () => {
  it('goes through its steps in order, and says where it is', async () => {
    const { drain, clock, log, finish } = scene();
    expect(drain.state).toBe('idle');
    const drained = drain.start('received signal SIGTERM');
    await clock.advance(4999);
    expect(drain.state).toBe('propagate');
    expect(log).toEqual([
      'started',
      '[unready]',
      'unready',
      '[deregister]',
      'deregister',
      '[propagate]',
    ]);
    log.length = 0;
    await clock.advance(1);
    expect(drain.state).toBe('finish');
    finish();
    const report = await drained;
    expect(log).toEqual([
      '[refuse]',
      'server close 15000 5000',
      '[finish]',
      '[flush]',
      'flush',
      '[close]',
      'close',
      'drained',
    ]);
    expect(report).toMatchObject({
      reason: 'received signal SIGTERM',
      aborted: false,
      tookMs: 5000,
    });
    expect(report.steps.map(({ outcome }) => outcome)).toEqual(Array(7).fill('done'));
    expect(drain.state).toBe('drained');
    expect(clock.pending()).toBe(0);
  });

  it('runs once, and everybody waits for the same', async () => {
    const { drain, clock, log, finish } = scene({ propagationMs: 0 });
    finish();
    const both = Promise.all([drain.start('one'), drain.start('two')]);
    await clock.advance(0);
    const [one, two] = await both;
    expect(one).toBe(two);
    expect(one.reason).toBe('one');
    expect(log.filter((line) => line === 'close')).toHaveLength(1);
  });

  it('goes on where a step fails, and says what failed', async () => {
    const broken = new Error('broken');
    const fail = () => Promise.reject(broken);
    const { drain, clock, log } = scene({
      propagationMs: 0,
      unready: [
        () => {
          throw broken;
        },
      ],
      registrars: [{ deregister: fail }],
      servers: [{ close: fail }],
      flush: [fail],
    });
    const drained = drain.start('test');
    await clock.advance(0);
    const { steps } = await drained;
    expect(steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'unready failed',
      'deregister failed',
      'propagate done',
      'refuse done',
      'finish failed',
      'flush failed',
      'close done',
    ]);
    expect(steps[0]?.errors).toEqual([broken]);
    expect(log).toContain('close');
  });

  it('gives each step no more than its time', async () => {
    const hangs = () => new Promise<void>(() => {});
    const { drain, clock } = scene({
      unready: [untilAborted],
      registrars: [{ deregister: hangs }],
      servers: [{ close: hangs }],
      flush: [hangs],
      close: [untilAborted],
    });
    const drained = drain.start('test');
    await clock.advance(drain.longestMs - 1);
    expect(drain.state).toBe('close');
    await clock.advance(1);
    const { steps, tookMs } = await drained;
    expect(tookMs).toBe(29_000);
    expect(steps.map(({ outcome, tookMs }) => [outcome, tookMs])).toEqual([
      ['cut_short', 1000],
      ['cut_short', 3000],
      ['done', 5000],
      ['done', 0],
      ['cut_short', 16_000],
      ['cut_short', 2000],
      ['cut_short', 2000],
    ]);
    expect(clock.pending()).toBe(0);
  });

  it('does not wait for propagation where nobody was told', async () => {
    const { drain, finish } = scene({ unready: [], registrars: [] });
    finish();
    const { steps } = await drain.start('test');
    expect(steps.filter(({ outcome }) => outcome === 'skipped').map(({ step }) => step)).toEqual([
      'unready',
      'deregister',
      'propagate',
    ]);
  });

  it('lingers no longer than the grace', async () => {
    const { drain, clock, log, finish } = scene({ propagationMs: 0, graceMs: 100 });
    finish();
    const drained = drain.start('test');
    await clock.advance(0);
    await drained;
    expect(log).toContain('server close 100 100');
  });

  it('refuses times that are none', () => {
    expect(() => createDrain({ propagationMs: -1 })).toThrow(/^propagationMs must be/);
    expect(() => createDrain({ lingerMs: Number.NaN })).toThrow(/^lingerMs must be/);
  });
});

describe('the abort of a drain', () => {
  it('ends the wait for propagation, and all calls', async () => {
    const { drain, clock, log } = scene();
    const drained = drain.start('test');
    await clock.advance(1);
    drain.abort();
    drain.abort();
    const report = await drained;
    expect(log.slice(log.indexOf('aborted'))).toEqual([
      'aborted',
      '[refuse]',
      'server close 0 0',
      '[finish]',
      'server close 0 0',
      '[flush]',
      'flush',
      '[close]',
      'close',
      'drained',
    ]);
    expect(report).toMatchObject({ aborted: true, tookMs: 1 });
    expect(clock.pending()).toBe(0);
  });

  it('ends calls that are being waited for', async () => {
    const { drain, clock, log } = scene({ propagationMs: 0 });
    const drained = drain.start('test');
    await clock.advance(0);
    expect(drain.state).toBe('finish');
    drain.abort();
    await drained;
    expect(log.filter((line) => line.startsWith('server'))).toEqual([
      'server close 15000 5000',
      'server close 0 0',
    ]);
  });

  it('gives what is left a second for each step', async () => {
    const hangs = () => new Promise<void>(() => {});
    const { drain, clock } = scene({
      servers: [{ close: hangs }],
      flush: [hangs],
      close: [hangs],
    });
    drain.abort();
    const drained = drain.start('test');
    await clock.advance(4000);
    expect(await drained).toMatchObject({ aborted: true, tookMs: 4000 });
    expect(clock.pending()).toBe(0);
  });

  it('ends the context of a step, whose work obeys', async () => {
    const seen: unknown[] = [];
    const { drain, clock } = scene({
      registrars: [
        {
          deregister: (ctx) =>
            new Promise((_resolve, reject) =>
              ctx?.onAbort((error) => {
                seen.push(error);
                reject(error);
              }),
            ),
        },
      ],
    });
    const drained = drain.start('test');
    await clock.advance(10);
    drain.abort();
    const { steps } = await drained;
    expect(steps[1]).toMatchObject({ step: 'deregister', outcome: 'cut_short', tookMs: 10 });
    expect(seen[0]).toBeInstanceOf(ServiceError);
  });
});
