import { createMemoryRegistry } from '@fairlead/sd';
import { describe, expect, it } from 'vitest';
import { fakeClock } from './fake-clock.ts';
import { rollingRestart } from './rolling-restart.ts';
import { whenKnown } from './when-known.ts';

/** A member whose end takes an instance out of the registry, and whose start puts it back. */
function scene(addresses: readonly string[]) {
  const registry = createMemoryRegistry();
  const registrars = addresses.map((address) => registry.registrar('add', address));
  const members = registrars.map((registrar) => ({
    stop: () => registrar.deregister(),
    restart: () => registrar.register(),
  }));
  return { members, instancer: registry.instancer('add') };
}

describe('rollingRestart', () => {
  it('sees no failure where an instance is left each time', async () => {
    const { members, instancer } = scene(['10.0.0.1:1', '10.0.0.2:1']);
    await Promise.all(members.map(({ restart }) => restart()));
    await using _closed = instancer;

    const { calls, failures, fewest } = await rollingRestart({
      members,
      instancer,
      settled: async () => void (await whenKnown(instancer, (now) => now.instances?.length === 2)),
    });

    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(0);
    expect(fewest).toBe(1);
  });

  it('sees the calls that fail where none is', async () => {
    const { members, instancer } = scene(['10.0.0.1:1']);
    const [alone] = members;
    await alone?.restart();
    await using _closed = instancer;
    const clock = fakeClock();
    const member = {
      async stop() {
        await alone?.stop();
        await whenKnown(instancer, (now) => now.instances?.length === 0);
        await clock.advance(10);
      },
      restart: async () => await alone?.restart(),
    };

    const { failures, fewest } = await rollingRestart({
      members: [member],
      instancer,
      clock,
      // The last pause before the end.
      settled: async () => void clock.advance(10),
    });
    expect(failures).not.toEqual([]);
    expect(failures[0]).toMatchObject({ code: 'unavailable' });
    expect(fewest).toBe(0);
  });
});
