import { type ConsulCluster, hasConsul, startConsulCluster } from '@fairlead/peers/consul';
import { fullJitter } from '@fairlead/sd';
import { rollingRestart, whenKnown } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { createConsulInstancer, createConsulRegistrar } from './index.ts';

vi.setConfig({ testTimeout: 120_000 });

const service = 'add';
const backoff = fullJitter({ baseMs: 50, maxMs: 500 });

/** An instance at each member. */
async function registeredAt({ members }: ConsulCluster) {
  const registrars = members.map(({ url }, n) => {
    const instance = { address: `10.0.0.${n + 1}:1`, id: `add-${n + 1}` };
    return createConsulRegistrar({ service, url, instance, backoff });
  });
  await Promise.all(registrars.map((registrar) => registrar.register()));
  return {
    states: () => registrars.map(({ state }) => state),
    async [Symbol.asyncDispose]() {
      await Promise.all(registrars.map((registrar) => registrar.close()));
    },
  };
}

describe.skipIf(!hasConsul())('a cluster of three', () => {
  // An instance belongs to its agent: it is taken out while that is away, and put back afterwards.
  it('a rolling restart fails no call, and everybody is back after it', async () => {
    await using cluster = await startConsulCluster();
    await using registrars = await registeredAt(cluster);
    // Its own agent is restarted like the others.
    const url = cluster.members[0]?.url;
    await using instancer = createConsulInstancer({ service, url, backoff });
    const whenAllKnown = () =>
      whenKnown(instancer, ({ instances, doubtful, error }) => {
        return instances?.length === 3 && doubtful.length === 0 && error === undefined;
      });
    await whenAllKnown();

    const { calls, failures, fewest } = await rollingRestart({
      members: cluster.members,
      instancer,
      settled: async () => void (await whenAllKnown()),
    });
    await whenAllKnown();

    expect(registrars.states()).toEqual(['registered', 'registered', 'registered']);
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(100);
    expect(fewest).toBeGreaterThan(0);
  });
});
