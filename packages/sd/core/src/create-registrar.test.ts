import assert from 'node:assert/strict';
import { fakeClock, seededRandom } from '@fairlead/testing';
import { describe, it } from 'vitest';
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
});
