import assert from 'node:assert/strict';
import { createContext, ServiceError } from '@fairlead/endpoint';
import { fakeClock, seededRandom } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { createInstancer } from './create-instancer.ts';
import type { InstanceSource } from './instance-source.ts';

describe('createInstancer', () => {
  it('publishes what the source finds, and keeps it while the source fails', async () => {
    const clock = fakeClock();
    let fail = (_: Error): void => {};
    const source: InstanceSource = {
      name: 'a test',
      watch: (found, ctx) => {
        found(['b:1', 'a:1']);
        return new Promise((_, reject) => {
          fail = reject;
          ctx.onAbort(reject);
        });
      },
    };
    const instancer = createInstancer(source, { clock, random: seededRandom(1) });
    assert.equal(instancer.current.instances, undefined);
    const found = await instancer.ready(createContext({ clock }));
    assert.deepEqual(
      found.map(({ id }) => id),
      ['a:1', 'b:1'],
    );
    fail(new Error('connection refused'));
    await clock.advance(0);
    assert.ok(instancer.current.error instanceof ServiceError);
    assert.equal(instancer.current.instances, found);
    await clock.advance(1000);
    assert.equal(instancer.current.error, undefined);
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });
});
