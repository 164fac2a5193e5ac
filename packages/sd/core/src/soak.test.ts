import assert from 'node:assert/strict';
import { fakeClock, liveHeapBytes, seededRandom } from '@fairlead/testing';
import { describe, it } from 'vitest';
import { scriptedRegistry } from '../test/scripted-registry.ts';
import { createEndpointer } from './create-endpointer.ts';

/*
 * Seen red without `this.leaving.delete(entry)` in Slots.remove: it grows by 2.4 MB.
 */
const instances = 1000;
const changesPerSecond = 100;
/** Ten minutes with FAIRLEAD_SOAK=1; a tenth of the changes shows a leak as well. */
const seconds = process.env['FAIRLEAD_SOAK'] === undefined ? 60 : 600;
/** A leak of the 400 bytes of an entry for each change would be 2.4 MB a minute. */
const boundBytes = 1_500_000;

describe('100 changes a second of 1 000 instances', () => {
  it('R24: leave the heap as it was', { timeout: 300_000 }, async () => {
    const clock = fakeClock();
    const random = seededRandom(24);
    const registry = scriptedRegistry({ incremental: true });
    const address = (): string =>
      `10.0.${Math.floor(random() * 8)}.${Math.floor(random() * 250)}:80`;
    while (registry.listed.size < instances) registry.put(...twice(address()));
    const instancer = registry.instancer({ clock, random });
    const endpointer = createEndpointer(instancer, (made) => ({ value: [made] }), {
      clock,
      drainMs: 1000,
    });

    async function soak(): Promise<void> {
      for (let second = 0; second < seconds; second++) {
        for (let change = 0; change < changesPerSecond; change++) {
          const id = address();
          if (registry.listed.has(id)) registry.remove(id);
          else registry.put(...twice(id));
        }
        await clock.advance(1000);
      }
    }

    endpointer.subscribe(() => {});
    await soak();
    const before = liveHeapBytes();
    await soak();
    const grown = liveHeapBytes() - before;
    assert.equal(endpointer.current.entries.length, registry.listed.size);
    assert.ok(grown < boundBytes, `the heap grew by ${grown} bytes`);
    await endpointer.close();
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });
});

function twice(id: string): readonly [string, string] {
  return [id, id];
}
