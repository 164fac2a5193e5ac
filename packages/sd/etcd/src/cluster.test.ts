import { type EtcdCluster, hasEtcd, startEtcdCluster } from '@fairlead/peers/etcd';
import type { Discovery } from '@fairlead/sd';
import { createFaultProxy, rollingRestart, whenKnown } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { storeAt } from '../test/store.ts';
import { createEtcdInstancer, createEtcdRegistrar } from './index.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const service = 'add';

const folder = '/services/add/';

function knows(count: number): (discovery: Discovery) => boolean {
  return ({ instances }) => instances?.length === count;
}

/** The member at an index, and the store of another one. */
function membersOf({ members }: EtcdCluster) {
  const [first, second, third] = members;
  if (!first || !second || !third) throw new Error('a cluster has three members');
  return { first, second, third, store: storeAt(second.url) };
}

describe.skipIf(!hasEtcd())('a cluster of three', () => {
  it('R9: sees a new registration within 15 s though its member is cut off', async () => {
    await using cluster = await startEtcdCluster();
    const { first, second, store } = membersOf(cluster);
    await using proxy = createFaultProxy({ target: first.address });
    await proxy.listen();
    const endpoints = [proxy.address, second.address];
    await using instancer = createEtcdInstancer({ service, endpoints, random: () => 0 });
    await whenKnown(instancer, knows(0));
    proxy.spoil({ toClient: { blackhole: true }, toServer: { blackhole: true } });
    const registeredAt = performance.now();
    await store.put(`${folder}a`, '10.0.0.1:1');
    await whenKnown(instancer, knows(1));
    expect(performance.now() - registeredAt).toBeLessThan(15_000);
    expect(instancer.current.error).toBeUndefined();
  });

  it('R9: turns from a member that is stopped, and stays with what it knows where none can answer', async () => {
    await using cluster = await startEtcdCluster();
    const { first, second, third, store } = membersOf(cluster);
    const endpoints = cluster.members.map(({ address }) => address);
    const quick = { heartbeatMs: 500, timeoutMs: 500, backoff: () => 200, random: () => 0 };
    await using instancer = createEtcdInstancer({ service, endpoints, ...quick });
    await whenKnown(instancer, knows(0));
    await first.pause();
    // The other two may have to elect a leader first.
    await expect
      .poll(
        () =>
          store.put(`${folder}a`, '10.0.0.1:1').then(
            () => true,
            () => false,
          ),
        { timeout: 30_000 },
      )
      .toBe(true);
    await whenKnown(instancer, knows(1));

    // One is not a majority: it must not be believed, nor be waited for in silence.
    await second.pause();
    const { error, instances } = await whenKnown(instancer, (state) => state.error !== undefined);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(instances).toHaveLength(1);

    first.resume();
    second.resume();
    await whenKnown(instancer, (state) => state.error === undefined);
    await storeAt(third.url).put(`${folder}b`, '10.0.0.2:1');
    await whenKnown(instancer, knows(2));
  });

  it('a rolling restart removes nobody, loses no registration and no call, and hides no change', async () => {
    await using cluster = await startEtcdCluster();
    const endpoints = cluster.members.map(({ address }) => address);
    const options = { service, endpoints };
    await using registrar = createEtcdRegistrar({ instance: '10.0.0.1:1', ...options });
    await registrar.register();
    await using instancer = createEtcdInstancer(options);
    await whenKnown(instancer, knows(1));
    const states: Discovery[] = [];
    instancer.subscribe((discovery) => void states.push(discovery));

    let count = 1;
    const { calls, failures } = await rollingRestart({
      members: cluster.members,
      instancer,
      async settled({ url }) {
        const store = storeAt(url);
        const add = () =>
          store.put(`${folder}${count}`, `10.0.1.${count}:1`).then(
            () => true,
            () => false,
          );
        await expect.poll(add, { timeout: 30_000 }).toBe(true);
        count += 1;
        await whenKnown(instancer, knows(count));
      },
    });
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(100);
    const sizes = states.map(({ instances }) => instances?.length ?? 0);
    expect(sizes).toEqual([...sizes].sort());
    expect(states.map(({ error }) => error)).toEqual(states.map(() => undefined));
    expect(registrar.state).toBe('registered');
  });
});
