import { EventEmitter } from 'node:events';
import { fakeClock } from '@fairlead/testing';
import { describe, expect, it } from 'vitest';
import { deferred, fakeServer } from '../test/parts.ts';
import { actor, createDrain, run, signals } from './index.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A process with no more than its signals. */
function fakeProcess() {
  const emitter = new EventEmitter();
  return {
    emitter,
    listeners: () => emitter.listenerCount('SIGTERM') + emitter.listenerCount('SIGINT'),
    /** Whether somebody heard it. */
    send: (signal: NodeJS.Signals) => emitter.emit(signal, signal),
  };
}

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends the group at %s', async (signal) => {
    const { emitter, send, listeners } = fakeProcess();
    const running = run([signals({ process: emitter })]);
    expect(listeners()).toBe(2);
    send(signal);
    expect(await running).toMatchObject({
      actor: 'signals',
      reason: `received signal ${signal}`,
    });
    expect(listeners()).toBe(0);
  });

  it('means at once the second time, and leaves a third to the process', async () => {
    const { emitter, send } = fakeProcess();
    const log: string[] = [];
    const { server } = fakeServer(log);
    const clock = fakeClock();
    const drain = createDrain({ servers: [server], clock });
    const running = run([signals({ process: emitter })], { drain });
    send('SIGTERM');
    await nextTurn();
    expect(drain.state).toBe('finish');
    expect(send('SIGINT')).toBe(true);
    expect(send('SIGINT')).toBe(false);
    await running;
    expect(log).toEqual(['server close 15000 5000', 'server close 0 0']);
    expect(clock.pending()).toBe(0);
  });

  it('leaves the second to the process where there is no drain', async () => {
    const { emitter, send } = fakeProcess();
    const { promise, resolve } = deferred();
    const running = run([signals({ process: emitter }), actor('slow', () => promise)]);
    expect(send('SIGTERM')).toBe(true);
    expect(send('SIGTERM')).toBe(false);
    resolve();
    await running;
  });

  it('takes its handlers away when another actor ends the group', async () => {
    const { emitter, listeners } = fakeProcess();
    await run([signals({ process: emitter, signals: ['SIGTERM'] }), actor('job', async () => {})]);
    expect(listeners()).toBe(0);
  });

  it('listens to the process by default', async () => {
    const before = process.listenerCount('SIGTERM');
    const { promise, resolve } = deferred();
    const running = run([signals(), actor('job', () => promise)]);
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    resolve();
    await running;
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
