import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasConsul, startConsul } from '@fairlead/peers/consul';
import { hasEtcd, startEtcd } from '@fairlead/peers/etcd';
import { goKit, hasGoKit } from '@fairlead/peers/go-kit';
import { freePorts, type RunningProgram, runToEnd, startProgram } from '@fairlead/peers/process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });

const node = process.execPath;
const program = (name: string): string[] => [
  '--import=tsx',
  '--conditions=@fairlead/source',
  fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url)),
];

/** Our addsvc, on free ports, with the flag of a registry. */
async function startAddsvc(flag: string): Promise<RunningProgram & { readonly grpc: string }> {
  const ports = await freePorts(4);
  const names = ['http', 'grpc', 'debug', 'jsonrpc'];
  const flags = names.map((name, i) => `--${name}-addr=127.0.0.1:${ports[i]}`);
  const running = await startProgram(node, [...program('addsvc'), ...flags, flag], ports);
  await expect.poll(() => running.output(), { timeout: 10_000 }).toContain('message=registered');
  return { ...running, grpc: `127.0.0.1:${ports[1]}` };
}

const addcli = (...args: string[]) => runToEnd(node, [...program('addcli'), ...args]);
const answered = (stdout: string) => ({ code: 0, stdout, stderr: '' });

describe('with a directory', () => {
  it('addcli finds addsvc, which is gone after SIGTERM', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'addsvc-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const flag = `--registry-dir=${directory}`;
    {
      await using _one = await startAddsvc(flag);
      await using _two = await startAddsvc(flag);
      expect(await addcli(flag, '1', '2')).toEqual(answered('1 + 2 = 3\n'));
    }
    const missing = `error: there is no instance of addsvc at ${directory}\n`;
    expect(await addcli(flag, '1', '2')).toEqual({ code: 1, stdout: '', stderr: missing });
  });

  it('addcli calls another where the one that it finds is dead', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'addsvc-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const flag = `--registry-dir=${directory}`;
    const dead = await startAddsvc(flag);
    await using _living = await startAddsvc(flag);
    dead.process.kill('SIGKILL');
    await once(dead.process, 'exit');
    expect(await addcli(flag, '1', '2')).toEqual(answered('1 + 2 = 3\n'));
  });
});

describe.skipIf(!hasConsul())('with a real Consul', () => {
  it('addcli finds addsvc, which is gone after SIGTERM', async () => {
    await using consul = await startConsul({ inMemory: true });
    const flag = `--consul-addr=${consul.address}`;
    const missing = `error: there is no instance of addsvc at ${consul.address}\n`;
    expect(await addcli(flag, '1', '2')).toEqual({ code: 1, stdout: '', stderr: missing });
    {
      await using addsvc = await startAddsvc(flag);
      expect(await addcli(flag, '1', '2')).toEqual(answered('1 + 2 = 3\n'));
      const listed = await fetch(`${consul.url}/v1/agent/services`);
      expect(await listed.json()).toEqual({
        [`addsvc-${addsvc.grpc}`]: expect.objectContaining({ Service: 'addsvc' }),
      });
    }
    const left = await fetch(`${consul.url}/v1/agent/services`);
    expect(await left.json()).toEqual({});
  });

  it('addcli says why a registry cannot be read', async () => {
    const { code, stderr } = await addcli('--consul-addr=127.0.0.1:1', '1', '2');
    expect(code).toBe(1);
    expect(stderr).toContain('ECONNREFUSED');
  });

  it.skipIf(!hasGoKit())("Go kit's gateway finds and calls our addsvc", async () => {
    await using consul = await startConsul({ inMemory: true });
    await using _addsvc = await startAddsvc(`--consul-addr=${consul.address}`);
    const [port] = await freePorts(1);
    const flags = [`-consul.addr=${consul.address}`, `-http.addr=127.0.0.1:${port}`];
    await using _gateway = await startProgram(goKit.apigateway, flags, [Number(port)]);
    const call = async (method: string, request: object) => {
      const url = `http://127.0.0.1:${port}/addsvc/${method}`;
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(request) });
      return response.json();
    };
    expect(await call('sum', { a: 1, b: 2 })).toEqual({ v: 3 });
    expect(await call('concat', { a: 'fair', b: 'lead' })).toEqual({ v: 'fairlead' });
  });
});

describe.skipIf(!hasEtcd())('with a real etcd', () => {
  it('addcli finds addsvc, which is gone after SIGTERM', async () => {
    await using etcd = await startEtcd();
    const flag = `--etcd-addr=${etcd.address}`;
    const missing = `error: there is no instance of addsvc at ${etcd.address}\n`;
    {
      await using _addsvc = await startAddsvc(flag);
      expect(await addcli(flag, '1', '2')).toEqual(answered('1 + 2 = 3\n'));
    }
    expect(await addcli(flag, '1', '2')).toEqual({ code: 1, stdout: '', stderr: missing });
  });
});
