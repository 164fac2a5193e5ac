import assert from 'node:assert/strict';
import { fakeClock } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { scriptedRegistry } from '../test/scripted-registry.ts';

describe('R2: a registry that comes back empty and fills up bit by bit', () => {
  for (const incremental of [false, true]) {
    it(`removes nobody meanwhile, ${incremental ? 'told of changes' : 'told whole sets'}`, async () => {
      const clock = fakeClock();
      const registry = scriptedRegistry({ incremental });
      const all = ['a:1', 'b:1', 'c:1', 'd:1'];
      registry.set(all);
      await using instancer = registry.instancer({ clock, confirmMs: 10_000 });
      const sizes: (number | undefined)[] = [];
      instancer.subscribe(({ instances }) => void sizes.push(instances?.length));
      await clock.advance(0);
      registry.set([]);
      for (const id of all.slice(0, 3)) {
        await clock.advance(100);
        registry.put(id, id);
      }
      // Three of four are no doubtful set by themselves, but the fourth had no time to come back.
      assert.deepEqual(
        instancer.current.doubtful.map(({ id }) => id),
        ['d:1'],
      );
      assert.ok(sizes.slice(1).every((size) => size === 4));

      await clock.advance(11_000);
      assert.equal(instancer.current.instances?.length, 3);
      assert.deepEqual(instancer.current.doubtful, []);
    });
  }
});
