import { type Etcd, hasEtcd, startEtcd } from '@fairlead/peers/etcd';
import type { Discovery, Instancer } from '@fairlead/sd';
import { createFaultProxy, seededRandom, whenKnown } from '@fairlead/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { storeAt } from '../test/store.ts';
import { createEtcdInstancer, createEtcdRegistrar } from './index.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const service = 'add';

const folder = '/services/add/';

/** Every state that an instancer comes to be in. */
function statesOf(instancer: Instancer): readonly Discovery[] {
  const states: Discovery[] = [];
  instancer.subscribe((discovery) => void states.push(discovery));
  return states;
}

function has(...ids: string[]): (discovery: Discovery) => boolean {
  return ({ instances, doubtful }) =>
    doubtful.length === 0 && String(instances?.map(({ id }) => id)) === String(ids);
}

function instancerOf({ address }: Pick<Etcd, 'address'>): Instancer {
  return createEtcdInstancer({ service, endpoints: [address], timeoutMs: 1000 });
}

describe.skipIf(!hasEtcd())('an outage of etcd', () => {
  it('R1: leaves the set alone and is over when etcd is back', async () => {
    await using etcd = await startEtcd();
    const store = storeAt(etcd.url);
    await store.put(`${folder}a`, '10.0.0.1:1');
    await using instancer = instancerOf(etcd);
    const { instances } = await whenKnown(instancer, has('a'));
    const states = statesOf(instancer);

    await etcd.kill();
    const { error } = await whenKnown(instancer, (state) => state.error !== undefined);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error?.message).toContain(etcd.address);
    expect(instancer.stalenessMs()).toBeGreaterThan(0);
    await etcd.restart();
    await store.put(`${folder}b`, '10.0.0.2:1');
    await whenKnown(instancer, has('a', 'b'));
    expect(instancer.stalenessMs()).toBe(0);
    for (const state of states.slice(0, -1)) expect(state.instances).toBe(instances);
  });

  it('R2: that comes back empty removes nobody, and all register again', async () => {
    await using etcd = await startEtcd();
    const options = { endpoints: [etcd.address], ttlMs: 3000, timeoutMs: 1000 };
    const addresses = ['10.0.0.1:1', '10.0.0.2:1', '10.0.0.3:1'];
    const registrars = addresses.map((address) =>
      createEtcdRegistrar({ service, instance: address, ...options }),
    );
    onTestFinished(async () => {
      await Promise.all(registrars.map((registrar) => registrar.close()));
    });
    await Promise.all(registrars.map((registrar) => registrar.register()));
    await using instancer = instancerOf(etcd);
    await whenKnown(instancer, has(...addresses));
    const states = statesOf(instancer);

    await etcd.restart({ keepData: false });
    await whenKnown(instancer, ({ error, confirmedAt }) => !error && confirmedAt !== undefined);
    const store = storeAt(etcd.url);
    await expect.poll(() => store.list(folder), { timeout: 30_000 }).toHaveLength(3);
    await whenKnown(instancer, has(...addresses));
    expect(states.map(({ instances }) => instances?.length)).toEqual(states.map(() => 3));
    expect(registrars.map(({ state }) => state)).toEqual(Array(3).fill('registered'));
  });

  it('R8: ends with the truth after 1000 changes, through compactions and broken connections', async () => {
    await using etcd = await startEtcd();
    await using proxy = createFaultProxy({ target: etcd.address });
    await proxy.listen();
    const store = storeAt(etcd.url);
    const endpoints = [proxy.address];
    const quick = { timeoutMs: 1000, confirmMs: 0, backoff: () => 20 };
    await using instancer = createEtcdInstancer({ service, endpoints, ...quick });
    instancer.subscribe(() => {});
    const random = seededRandom(8);
    const truth = new Set<string>();
    for (let change = 0; change < 1000; change++) {
      const id = `m${Math.floor(random() * 40)}`;
      if (truth.delete(id)) await store.remove(folder + id);
      else {
        truth.add(id);
        await store.put(folder + id, `${id}.test:80`);
      }
      if (change % 50 === 25) await store.compact();
      if (change % 130 === 100) proxy.reset();
    }
    await whenKnown(instancer, has(...[...truth].sort()));

    // Of a removal it knows within a second.
    const [gone = ''] = truth;
    truth.delete(gone);
    const removedAt = performance.now();
    await store.remove(folder + gone);
    await whenKnown(instancer, has(...[...truth].sort()));
    expect(performance.now() - removedAt).toBeLessThan(1000);
  });

  it('R18: a connection that nothing passes any more is noticed, and left', async () => {
    await using etcd = await startEtcd();
    await using proxy = createFaultProxy({ target: etcd.address });
    await proxy.listen();
    const endpoints = [proxy.address, etcd.address];
    const quick = { heartbeatMs: 500, timeoutMs: 1000, random: () => 0 };
    await using instancer = createEtcdInstancer({ service, endpoints, ...quick });
    await whenKnown(instancer, has());
    const states = statesOf(instancer);
    proxy.spoil({ toClient: { blackhole: true } });
    await storeAt(etcd.url).put(`${folder}a`, '10.0.0.1:1');
    await whenKnown(instancer, has('a'));
    // There was another member all the time.
    expect(states.map(({ error }) => error)).toEqual(states.map(() => undefined));
  });
});
