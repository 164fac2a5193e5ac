import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { hasConsul, startConsul, startConsulCluster } from './consul.ts';
import { hasEtcd, startEtcd, startEtcdCluster } from './etcd.ts';
import { hasRedis, startRedis } from './redis.ts';
import type { ServerProcess } from './server-process.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Writes and reads one value, by each server's own API. */
interface Store {
  put(value: string): Promise<void>;
  get(): Promise<string>;
}

function consulStore(url: string): Store {
  const key = `${url}/v1/kv/test`;
  return {
    async put(value) {
      await (await fetch(key, { method: 'PUT', body: value })).text();
    },
    async get() {
      const response = await fetch(`${key}?raw`);
      const text = await response.text();
      return response.ok ? text : '';
    },
  };
}

function etcdStore(url: string): Store {
  const post = async (path: string, body: object): Promise<string> =>
    (await fetch(`${url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) })).text();
  const key = btoa('test');
  return {
    put: async (value) => void (await post('put', { key, value: btoa(value) })),
    async get() {
      const [, value = ''] = /"value":"([^"]*)"/.exec(await post('range', { key })) ?? [];
      return atob(value);
    },
  };
}

const servers = {
  consul: {
    isThere: hasConsul(),
    start: startConsul,
    cluster: startConsulCluster,
    store: consulStore,
  },
  etcd: { isThere: hasEtcd(), start: startEtcd, cluster: startEtcdCluster, store: etcdStore },
} as const;

describe.each(Object.entries(servers))('%s', (_, { isThere, start, cluster, store }) => {
  it.skipIf(!isThere)('keeps its data over a kill, and loses it when told', async () => {
    await using server = await start();
    const { put, get } = store(server.url);
    await put('kept');
    await server.kill();
    await server.restart();
    expect(await get()).toBe('kept');
    await server.restart({ keepData: false });
    expect(await get()).toBe('');
  });

  it.skipIf(!isThere)('answers nothing while it is paused', async () => {
    await using server = await start();
    const { put, get } = store(server.url);
    await put('kept');
    await server.pause();
    const answer = get();
    const first = await Promise.race([answer, fetchTimesOut(server.url)]);
    server.resume();
    expect([first, await answer]).toEqual(['none', 'kept']);
  });

  it.skipIf(!isThere)('goes on as a cluster without its leader', async () => {
    await using three = await cluster();
    const leader = await three.leader();
    await leader.kill();
    const [other] = three.members.filter((member) => member !== leader);
    if (other === undefined) throw new Error('a cluster has three members');
    await other.ready();
    const { put, get } = store(other.url);
    await put('after');
    expect(await get()).toBe('after');
    expect(await three.leader()).not.toBe(leader);
    await leader.restart();
  });
});

it.skipIf(!hasRedis())('redis keeps its data over a kill, and loses it when told', async () => {
  await using server = await startRedis();
  expect(await server.command('SET test kept')).toBe('+OK\r\n');
  await server.kill();
  await expect(server.command('PING')).rejects.toThrow('ECONNREFUSED');
  await server.restart();
  expect(await server.command('GET test')).toBe('$4\r\nkept\r\n');
  await server.restart({ keepData: false });
  expect(await server.command('GET test')).toBe('$-1\r\n');
});

async function fetchTimesOut(url: string): Promise<string> {
  const signal = AbortSignal.timeout(200);
  return fetch(url, { signal }).then(
    () => 'some',
    () => 'none',
  );
}

it.skipIf(!hasEtcd())('ends with the process that started it', async () => {
  const program = `
    import { startEtcd } from '${new URL('./etcd.ts', import.meta.url)}';
    const server = await startEtcd();
    console.log(server.address);`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const address = String(line).trim();
  expect(await answers(address)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'close');
  await expect.poll(() => answers(address)).toBe(false);
});

function answers(address: string): Promise<boolean> {
  return fetch(`http://${address}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

it('starts on other ports where one was taken meanwhile', async () => {
  const { onFreePorts } = await import('./server-process.ts');
  const problems = ['bind: address already in use'];
  const started = onFreePorts<Pick<ServerProcess, 'output'>>(async () => {
    const problem = problems.pop();
    if (problem !== undefined) throw new Error(problem);
    return { output: () => 'up' };
  });
  expect((await started).output()).toBe('up');
});
