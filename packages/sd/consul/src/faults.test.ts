import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { background } from '@fairlead/endpoint';
import { hasConsul, startConsul, startConsulCluster } from '@fairlead/peers/consul';
import { type Discovery, fullJitter, type Instance, type Instancer, instance } from '@fairlead/sd';
import { createFaultProxy } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { registryAt } from '../test/registry.ts';
import {
  type ConsulInstancerOptions,
  type ConsulRegistrarOptions,
  createConsulInstancer,
  createConsulRegistrar,
} from './index.ts';

vi.setConfig({ testTimeout: 60_000 });

const backoff = fullJitter({ baseMs: 50, maxMs: 200 });
const patient = { timeout: 20_000, interval: 20 };

const member = (n: number): Instance => instance({ address: `10.0.0.${n}:8000`, id: `add-${n}` });
const registration = (url: string, n: number): ConsulRegistrarOptions => ({
  url,
  service: 'add',
  instance: member(n),
  check: { kind: 'ttl', ttlMs: 2000 },
  backoff,
});

/** Follows `add` and records every state that it tells of. */
function follow(url: string, options: Partial<ConsulInstancerOptions> = {}) {
  const instancer = createConsulInstancer({ service: 'add', url, backoff, ...options });
  const states: Discovery[] = [];
  instancer.subscribe((discovery) => {
    states.push(discovery);
  });
  return { instancer, states, [Symbol.asyncDispose]: () => instancer.close() };
}

const idsOf = (instancer: Instancer): string =>
  String(instancer.current.instances?.map(({ id }) => id.replace('add-', '')));
const fails = (instancer: Instancer): boolean => instancer.current.error !== undefined;

describe.skipIf(!hasConsul())('a Consul that', () => {
  it('R1, R4: is killed, twice, and comes back with its data changes nothing', async () => {
    await using consul = await startConsul();
    for (const n of [1, 2, 3]) await registryAt(consul).put('add', member(n));
    await using followed = follow(consul.url);
    const { instancer, states } = followed;
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2,3');
    const before = states.length;
    for (const _ of [1, 2]) {
      await consul.kill();
      await expect.poll(() => fails(instancer), patient).toBe(true);
      expect(instancer.stalenessMs()).toBeGreaterThan(0);
      await consul.restart();
      await expect.poll(() => fails(instancer), patient).toBe(false);
    }
    // It may answer before it has read its data: that is a doubt, and takes nothing away.
    await expect.poll(() => instancer.current.doubtful, patient).toEqual([]);
    const since = states.slice(before).map(({ instances }) => instances?.length);
    expect(since.filter((count) => count !== 3)).toEqual([]);
    await registryAt(consul).put('add', member(4));
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2,3,4');
  });

  it('stops answering keeps the set, and is heard again when it goes on', async () => {
    await using consul = await startConsul({ inMemory: true });
    await registryAt(consul).put('add', member(1));
    await using followed = follow(consul.url, { waitMs: 1000, timeoutMs: 300 });
    const { instancer } = followed;
    await expect.poll(() => idsOf(instancer), patient).toBe('1');
    await consul.pause();
    await expect.poll(() => fails(instancer), patient).toBe(true);
    expect(idsOf(instancer)).toBe('1');
    consul.resume();
    await expect.poll(() => fails(instancer), patient).toBe(false);
    await registryAt(consul).put('add', member(2));
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2');
  });

  it('R2, R5: comes back empty, its index too, drops nobody who registers again', async () => {
    await using consul = await startConsul({ inMemory: true });
    // What makes the index high: it starts low again.
    for (let i = 0; i < 20; i++) await registryAt(consul).put('other', member(100 + i));
    await using one = createConsulRegistrar(registration(consul.url, 1));
    await using other = createConsulRegistrar(registration(consul.url, 2));
    await Promise.all([one.register(), other.register()]);
    await using followed = follow(consul.url, { maxShrink: 0 });
    const { instancer, states } = followed;
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2');
    states.length = 0;
    await consul.restart({ keepData: false });
    const registered = () => [one.state, other.state].join();
    await expect
      .poll(async () => (await registryAt(consul).catalog('add')).length, patient)
      .toBe(2);
    await expect.poll(registered, patient).toBe('registered,registered');
    await registryAt(consul).put('add', member(3));
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2,3');
    const known = ({ instances = [], doubtful }: Discovery) =>
      new Set([...instances, ...doubtful].map(({ id }) => id));
    for (const state of states)
      expect([...known(state)]).toEqual(expect.arrayContaining(['add-1', 'add-2']));
  });

  it('loses its leader is read and written through those that are left', async () => {
    await using cluster = await startConsulCluster();
    const leader = await cluster.leader();
    const [near, far] = cluster.members.filter((one) => one !== leader);
    if (near === undefined || far === undefined) throw new Error('a cluster has three members');
    // Its check must not lapse while the others elect a leader.
    const check = { kind: 'ttl', ttlMs: 30_000 } as const;
    await using registrar = createConsulRegistrar({ ...registration(near.url, 1), check });
    await registrar.register();
    await using followed = follow(far.url, { maxShrink: 0 });
    const { instancer, states } = followed;
    await expect.poll(() => idsOf(instancer), patient).toBe('1');
    await leader.kill();
    await near.ready();
    // A write may still meet a member that looks for the new leader.
    await expect
      .poll(
        () =>
          registryAt(near)
            .put('add', member(2))
            .then(
              () => true,
              () => false,
            ),
        patient,
      )
      .toBe(true);
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2');
    expect(states.every(({ instances = [] }) => instances.some(({ id }) => id === 'add-1'))).toBe(
      true,
    );
    await expect.poll(() => registrar.state, patient).toBe('registered');
  });
});

describe.skipIf(!hasConsul())('a network that', () => {
  it('goes silent, resets, is slow or cut up loses no change', async () => {
    await using consul = await startConsul({ inMemory: true });
    await using proxy = createFaultProxy({ target: consul.address });
    await proxy.listen();
    const registry = registryAt(consul);
    await registry.put('add', member(1));
    await using followed = follow(`http://${proxy.address}`, { waitMs: 1000, timeoutMs: 300 });
    const { instancer } = followed;
    await expect.poll(() => idsOf(instancer), patient).toBe('1');

    proxy.spoil({ toClient: { blackhole: true } });
    await registry.put('add', member(2));
    await expect.poll(() => fails(instancer), patient).toBe(true);
    expect(idsOf(instancer)).toBe('1');
    proxy.heal();
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2');

    proxy.reset();
    await registry.put('add', member(3));
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2,3');

    proxy.spoil({ toClient: { latencyMs: 50, jitterMs: 50, sliceBytes: 700, sliceDelayMs: 5 } });
    await registry.put('add', member(4));
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2,3,4');

    // Each answer breaks off in the middle.
    proxy.spoil({ toClient: { limitBytes: 1000 } });
    await registry.put('add', member(5));
    await expect.poll(() => fails(instancer), patient).toBe(true);
    proxy.heal();
    await expect.poll(() => idsOf(instancer), patient).toBe('1,2,3,4,5');
  });

  it('hides the agent from a registrar has it back at once when it heals', async () => {
    await using consul = await startConsul({ inMemory: true });
    await using proxy = createFaultProxy({ target: consul.address });
    await proxy.listen();
    await using registrar = createConsulRegistrar({
      ...registration(`http://${proxy.address}`, 1),
      timeoutMs: 300,
      onError: () => {},
    });
    await registrar.register(background);
    await using followed = follow(consul.url);
    const { instancer } = followed;
    await expect.poll(() => idsOf(instancer), patient).toBe('1');
    proxy.spoil({ toServer: { blackhole: true } });
    await expect.poll(() => registrar.state, patient).toBe('lost');
    // The TTL has run out: it is not passing. The empty set is doubted, so the instance stays known.
    await expect.poll(() => instancer.current.doubtful.length, patient).toBe(1);
    proxy.heal();
    await expect.poll(() => registrar.state, patient).toBe('registered');
    await expect.poll(() => instancer.current.doubtful.length, patient).toBe(0);
    expect(idsOf(instancer)).toBe('1');
    expect(await registryAt(consul).catalog('add')).toHaveLength(1);
  });
});

describe.skipIf(!hasConsul())('a process that', () => {
  it('R10: is paused for longer than its TTL is back soon, as the same', async () => {
    await using consul = await startConsul({ inMemory: true });
    const file = fileURLToPath(new URL('../test/registered.ts', import.meta.url));
    const args = ['--import', 'tsx', '--conditions=@fairlead/source', file, consul.url];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      await using followed = follow(consul.url, { confirmMs: 0 });
      const { instancer, states } = followed;
      await expect.poll(() => idsOf(instancer), patient).toBe('1');
      for (const _ of [1, 2]) {
        child.kill('SIGSTOP');
        await expect.poll(() => idsOf(instancer), patient).toBe('');
        child.kill('SIGCONT');
        await expect.poll(() => idsOf(instancer), { timeout: 5000, interval: 20 }).toBe('1');
      }
      expect(states.every(({ instances = [] }) => instances.length <= 1)).toBe(true);
      child.kill('SIGKILL');
      await expect.poll(() => idsOf(instancer), patient).toBe('');
    } finally {
      child.kill('SIGKILL');
    }
  });
});
