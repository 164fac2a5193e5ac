import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Etcd, hasEtcd, startEtcd } from '@fairlead/peers/etcd';
import { createFaultProxy } from '@fairlead/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Store, storeAt } from '../test/store.ts';
import { createEtcdRegistrar, etcdRegistration } from './index.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = '/services/add/';
const instance = '10.0.0.1:1';

describe('createEtcdRegistrar', () => {
  it('refuses at once what cannot work', () => {
    const make = (changes: Partial<Parameters<typeof etcdRegistration>[0]>) => () =>
      etcdRegistration({ service: 'add', instance, endpoints: ['127.0.0.1:1'], ...changes });
    expect(make({})).not.toThrow();
    expect(make({ service: 'a/b' })).toThrow('service must be a text without a slash');
    expect(make({ service: '' })).toThrow('service');
    expect(make({ prefix: 'a//b' })).toThrow('prefix');
    expect(make({ instance: { address: instance, id: 'a/b' } })).toThrow('id must be');
    expect(make({ instance: '10.0.0.1:0' })).toThrow('10.0.0.1:0');
    expect(make({ endpoints: [] })).toThrow('http://127.0.0.1:2379');
    expect(make({ endpoints: ['ftp://127.0.0.1:1'] })).toThrow('http://');
    expect(make({ endpoints: ['http://me:secret@127.0.0.1:1'] })).toThrow('give them as auth');
    expect(make({ ttlMs: 1000 })).toThrow('ttlMs');
    expect(make({ timeoutMs: 0 })).toThrow('timeoutMs');
  });
});

describe.skipIf(!hasEtcd())('createEtcdRegistrar', () => {
  let etcd: Etcd;
  let store: Store;
  beforeAll(async () => {
    etcd = await startEtcd();
    store = storeAt(etcd.url);
  });
  afterAll(() => etcd[Symbol.asyncDispose]());

  const valueBecomes = (value: string | undefined, timeout = 30_000) =>
    expect
      .poll(async () => (await store.list(folder)).map((found) => found.value), { timeout })
      .toEqual(value === undefined ? [] : [value]);

  it('of two processes with the same id the last one has the key, and keeps it', async () => {
    const options = { service: 'add', endpoints: [etcd.address], ttlMs: 2000 };
    const id = 'same';
    const make = (address: string) =>
      createEtcdRegistrar({ ...options, instance: { id, address } });
    await using first = make('10.0.0.1:1');
    await using second = make('10.0.0.2:1');
    await first.register();
    await second.register();
    await valueBecomes('10.0.0.2:1');
    await first.deregister();
    await valueBecomes('10.0.0.2:1');

    // The other way round the one that is left takes the key again.
    await first.register();
    await valueBecomes('10.0.0.1:1');
    await first.deregister();
    await valueBecomes('10.0.0.2:1');
    await second.deregister();
    expect(await store.list(folder)).toEqual([]);
  });

  it('puts a key back that somebody deleted', async () => {
    const options = { service: 'add', instance, endpoints: [etcd.address], ttlMs: 2000 };
    await using registrar = createEtcdRegistrar(options);
    await registrar.register();
    await store.remove(folder + instance);
    await valueBecomes(instance);
    expect(registrar.state).toBe('registered');
  });

  it('leaves no lease behind, though the answer to its grant was never heard', async () => {
    const leases = async () => (await store.call('lease/leases', {})).leases ?? [];
    await expect.poll(leases, { timeout: 30_000 }).toEqual([]);
    await using proxy = createFaultProxy({ target: etcd.address });
    await proxy.listen();
    const endpoints = [proxy.address];
    const quick = { timeoutMs: 300, backoff: () => 50 };
    await using registrar = createEtcdRegistrar({ service: 'add', instance, endpoints, ...quick });
    proxy.spoil({ toClient: { blackhole: true } });
    const registered = registrar.register();
    await expect.poll(leases, { timeout: 30_000 }).toHaveLength(1);
    proxy.heal();
    await registered;
    expect(await leases()).toHaveLength(1);
    await registrar.deregister();
    expect(await leases()).toEqual([]);
    expect(await store.list(folder)).toEqual([]);
  });

  it('survives a short outage of etcd with the same lease', async () => {
    await using own = await startEtcd();
    const options = { service: 'add', instance, endpoints: [own.address], timeoutMs: 500 };
    await using registrar = createEtcdRegistrar({ ...options, ttlMs: 6000 });
    await registrar.register();
    const before = await storeAt(own.url).list(folder);
    await own.kill();
    await own.restart();
    // A renewal comes within a third of the TTL; nothing else tells that the lease lives on.
    await expect
      .poll(async () => timeToLive(storeAt(own.url), before[0]?.lease), { timeout: 30_000 })
      .toBeGreaterThan(4);
    expect(await storeAt(own.url).list(folder)).toEqual(before);
    expect(registrar.state).toBe('registered');
  });

  function start(ttlMs: number): ChildProcess {
    const program = fileURLToPath(new URL('../test/register.ts', import.meta.url));
    const flags = ['--import', 'tsx', '--conditions=@fairlead/source'];
    const args = [...flags, program, etcd.address, String(ttlMs)];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  it('R10: a process that was stopped for longer than the TTL is back within 2 s, once', async () => {
    const child = start(2000);
    await valueBecomes(instance, 20_000);
    child.kill('SIGSTOP');
    await valueBecomes(undefined);
    const resumedAt = performance.now();
    child.kill('SIGCONT');
    await valueBecomes(instance);
    expect(performance.now() - resumedAt).toBeLessThan(2000);
    // Told to end, it is gone before its process.
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(await store.list(folder)).toEqual([]);
  });

  it('a process that was killed is gone when its TTL is over', async () => {
    const child = start(2000);
    await valueBecomes(instance, 20_000);
    child.kill('SIGKILL');
    await valueBecomes(undefined);
  });
});

async function timeToLive(store: Store, lease: string | undefined): Promise<number> {
  const { TTL } = await store.call('lease/timetolive', { ID: lease });
  return Number(TTL ?? 0);
}
