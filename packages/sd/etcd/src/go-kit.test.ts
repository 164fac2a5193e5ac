import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hasEtcd, startEtcd } from '@fairlead/peers/etcd';
import { goKit, hasGoKit } from '@fairlead/peers/go-kit';
import { whenKnown } from '@fairlead/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEtcdInstancer, createEtcdRegistrar } from './index.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const service = 'add';
const folder = '/services/add/';

/** Go kit's registrar or instancer, running. */
function start(...args: string[]) {
  const child = spawn(goKit.etcdv3, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return {
    lines: () => output.trim().split('\n'),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

describe.skipIf(!hasEtcd() || !hasGoKit())("Go kit's sd/etcdv3", () => {
  it('what its registrar registers our instancer finds', async () => {
    await using etcd = await startEtcd();
    await using instancer = createEtcdInstancer({ service, endpoints: [etcd.url] });
    await whenKnown(instancer, ({ instances }) => instances?.length === 0);
    const registrar = start('register', etcd.url, `${folder}one`, '10.0.0.1:8080');
    const { instances } = await whenKnown(instancer, (state) => state.instances?.length === 1);
    expect(instances).toMatchObject([{ id: 'one', address: '10.0.0.1:8080' }]);
    await registrar.stop();
    await whenKnown(instancer, ({ doubtful }) => doubtful.length === 1);
  });

  it('finds what our registrar registers', async () => {
    await using etcd = await startEtcd();
    const instancer = start('watch', etcd.url, folder);
    const shows = (line: string) =>
      expect.poll(() => instancer.lines().at(-1), { timeout: 30_000 }).toBe(line);
    await shows('instances=');
    const instance = '10.0.0.1:8080';
    await using registrar = createEtcdRegistrar({ service, instance, endpoints: [etcd.url] });
    await registrar.register();
    await shows(`instances=${instance}`);
    await registrar.deregister();
    await shows('instances=');
  });
});
