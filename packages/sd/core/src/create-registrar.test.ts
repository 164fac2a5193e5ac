import assert from 'node:assert/strict';
import { createContext, ServiceError } from '@fairlead/endpoint';
import { fakeClock, seededRandom } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { scriptedRegistry } from '../test/scripted-registry.ts';
import { createRegistrar } from './create-registrar.ts';
import type { Registration } from './registrar.ts';

describe('createRegistrar', () => {
  it('G5: registers again what was lost, until it is deregistered', async () => {
    const clock = fakeClock();
    let holds = 0;
    let lose = (_: Error): void => {};
    const registration: Registration = {
      name: 'a test',
      hold: (registered, ctx) => {
        holds++;
        registered();
        return new Promise((resolve, reject) => {
          lose = reject;
          ctx.onAbort(() => resolve());
        });
      },
      release: async () => {},
    };
    const registrar = createRegistrar(registration, { clock, random: seededRandom(1) });
    assert.equal(registrar.state, 'idle');
    await registrar.register();
    assert.equal(registrar.state, 'registered');
    lose(new Error('the lease is gone'));
    await clock.advance(0);
    assert.equal(registrar.state, 'lost');
    await clock.advance(1000);
    assert.equal(registrar.state, 'registered');
    assert.equal(holds, 2);
    await registrar.deregister();
    assert.equal(registrar.state, 'idle');
    await registrar.close();
    assert.equal(clock.pending(), 0);
  });

  it('R10: registers again at most a second after the first failure, later in each turn of an outage', async () => {
    const clock = fakeClock();
    const registry = scriptedRegistry();
    const errors: string[] = [];
    const registrar = registry.registrar('one', 'a:1', {
      clock,
      random: seededRandom(10),
      onError: ({ message }) => void errors.push(message),
    });
    await registrar.register();
    registry.lose('one');
    await clock.advance(1000);
    assert.equal(registrar.state, 'registered');
    assert.deepEqual([...registry.listed.keys()], ['one']);
    registry.cut();
    await clock.advance(300_000);
    assert.equal(registrar.state, 'lost');
    assert.ok(errors.length >= 10 && errors.length <= 60, `${errors.length} attempts in 300 s`);
    registry.heal();
    await clock.advance(30_000);
    assert.equal(registrar.state, 'registered');
    await registrar.close();
    assert.equal(registry.listed.size, 0);
    assert.equal(clock.pending(), 0);
  });

  it('R28: a registry that hangs holds up no deregistration longer than deregisterMs', async () => {
    const clock = fakeClock();
    const hangs: Registration = {
      name: 'a registry that hangs',
      hold: () => new Promise(() => {}),
      release: () => new Promise(() => {}),
    };
    const errors: string[] = [];
    const registrar = createRegistrar(hangs, {
      clock,
      deregisterMs: 2000,
      onError: ({ message }) => void errors.push(message),
    });
    const registering = assert.rejects(registrar.register(), { code: 'canceled' });
    await clock.advance(0);
    const closing = registrar.close();
    await registering;
    await clock.advance(2000);
    await closing;
    assert.equal(errors.length, 1);
    assert.equal(clock.pending(), 0);
  });

  it('a deregistration that fails says so to each who waits, and does not keep it from coming back', async () => {
    const clock = fakeClock();
    const registry = scriptedRegistry();
    const registrar = registry.registrar('one', 'a:1', { clock });
    await registrar.register();
    registry.cut(new ServiceError('unavailable', 'refused'));
    await assert.rejects(registrar.deregister(), { message: 'refused' });
    await assert.rejects(registrar.deregister(), { message: 'refused' });
    registry.heal();
    await registrar.register();
    assert.equal(registrar.state, 'registered');
    await registrar.close();
    assert.equal(registry.listed.size, 0);
  });

  it('whoever waits may stop to: the registration goes on, and so does the deregistration', async () => {
    const clock = fakeClock();
    const registry = scriptedRegistry();
    registry.cut();
    const registrar = registry.registrar('one', 'a:1', { clock, random: seededRandom(3) });
    const waiting = registrar.register(createContext({ clock, timeoutMs: 500 }));
    const late = assert.rejects(waiting, { code: 'deadline_exceeded' });
    await clock.advance(500);
    await late;
    registry.heal();
    await clock.advance(30_000);
    assert.equal(registrar.state, 'registered');
    const ended = createContext({ clock, timeoutMs: 0 });
    await assert.rejects(registrar.deregister(ended), { code: 'deadline_exceeded' });
    await clock.advance(0);
    assert.equal(registry.listed.size, 0);
  });
});
