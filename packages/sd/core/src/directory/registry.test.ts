import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { background } from '@fairlead/endpoint';
import {
  fakeClock,
  type InstancerBinding,
  instancerConformance,
  type RegistrarBinding,
  registrarConformance,
} from '@fairlead/testing';
import { afterEach, describe, it } from 'vitest';
import { registeredByHand } from '../../test/registered-by-hand.ts';
import type { Discovery, Instancer } from '../discovery.ts';
import { createDirectoryRegistry } from './registry.ts';

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function temporary(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'fairlead-sd-'));
  cleanUps.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A directory and a way to it that can be cut: what is at its end is then no directory. */
const directory: InstancerBinding & RegistrarBinding = {
  keeps: { id: true, weight: true, zone: true, metadata: true },
  async open() {
    const root = await mkdtemp(join(tmpdir(), 'fairlead-sd-'));
    const [truth, way, cut] = [join(root, 'truth'), join(root, 'way'), join(root, 'cut')];
    const direct = createDirectoryRegistry(truth, { ttlMs: 60_000, pollMs: 20 });
    const listing = direct.instancer('it', { confirmMs: 0 });
    await listing.ready(background);
    await symlink(truth, way);
    const registry = createDirectoryRegistry(way, { ttlMs: 1000, pollMs: 20 });
    const byHand = registeredByHand((made) => direct.registrar('it', made));
    const fileOf = (id: string): string => join(truth, 'it', `${id}.json`);
    return {
      instancer: (options) => registry.instancer('it', options),
      registrar: (made, options) => registry.registrar('it', made, options),
      listed: async () => listing.current.instances ?? [],
      put: byHand.put,
      remove: byHand.remove,
      putInvalid: () => writeFile(fileOf('wrong'), '{"half'),
      lose: ({ id }) => rm(fileOf(id)),
      async cut() {
        await rename(way, cut);
        await writeFile(way, '');
      },
      async heal() {
        await rm(way);
        await rename(cut, way);
      },
      async close() {
        await listing.close();
        await byHand.close();
        await rm(root, { recursive: true, force: true });
      },
    };
  },
};

describe('instancer of the directory registry', () => {
  for (const { name, run } of instancerConformance(directory)) it(name, run);
});

describe('registrar of the directory registry', () => {
  for (const { name, run } of registrarConformance(directory)) it(name, run);
});

function seen(instancer: Instancer, is: (discovery: Discovery) => boolean): Promise<Discovery> {
  return new Promise((resolve) => {
    const unsubscribe = instancer.subscribe((discovery) => {
      if (!is(discovery)) return;
      resolve(discovery);
      queueMicrotask(() => unsubscribe());
    });
  });
}

async function startProcess(path: string, address: string): Promise<ChildProcess> {
  const program = new URL('../../test/registers.ts', import.meta.url).pathname;
  const flags = ['--import', 'tsx', '--conditions=@fairlead/source'];
  const child = spawn(process.execPath, [...flags, program, path, address, '1000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUps.push(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('createDirectoryRegistry', () => {
  it('R12: processes of one machine see each other; one that is killed with SIGKILL is gone after its ttl', async () => {
    const path = await temporary();
    const addresses = ['127.0.0.1:7001', '127.0.0.1:7002', '127.0.0.1:7003'];
    const children = await Promise.all(addresses.map((address) => startProcess(path, address)));
    const instancer = createDirectoryRegistry(path, { ttlMs: 1000, pollMs: 50 }).instancer(
      'addsvc',
    );
    cleanUps.push(() => instancer.close());
    const found = await instancer.ready(background);
    assert.deepEqual(
      found.map(({ address }) => address),
      addresses,
    );
    const killedAt = performance.now();
    children[0]?.kill('SIGKILL');
    await seen(instancer, ({ instances }) => instances?.length === 2);
    const goneAfter = performance.now() - killedAt;
    assert.ok(goneAfter > 500, `gone after ${goneAfter} ms: too early for a ttl of 1 000`);

    const [, second] = children;
    second?.kill('SIGTERM');
    const { change } = await seen(instancer, ({ instances }) => instances?.length === 1);
    assert.deepEqual(
      change.removed.map(({ address }) => address),
      [addresses[1]],
    );
    // The dead one's file is there still, and believed by nobody who comes later either.
    assert.equal((await readdir(join(path, 'addsvc'))).length, 2);
    const late = createDirectoryRegistry(path).instancer('addsvc');
    cleanUps.push(() => late.close());
    assert.equal((await late.ready(background)).length, 1);
  }, 30_000);

  it('R22: a clock that was set wrong ends nobody who is seen to live', async () => {
    const path = await temporary();
    const registry = createDirectoryRegistry(path, { ttlMs: 60_000, pollMs: 20 });
    const registrar = registry.registrar('it', 'localhost:1');
    const instancer = registry.instancer('it');
    cleanUps.push(
      () => registrar.close(),
      () => instancer.close(),
    );
    await registrar.register();
    await instancer.ready(background);
    const { version } = instancer.current;
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(path, 'it', 'localhost%3A1.json'), anHourAgo, anHourAgo);
    const before = instancer.current.confirmedAt ?? 0;
    const other = registry.registrar('it', 'localhost:2');
    cleanUps.push(() => other.close());
    await other.register();
    await seen(instancer, ({ instances }) => instances?.length === 2);
    assert.ok((instancer.current.confirmedAt ?? 0) > before);
    assert.equal(instancer.current.version, version + 1);
  });

  it('sweeps out what it has seen dead for long', async () => {
    const path = await temporary();
    const clock = fakeClock();
    const instancer = createDirectoryRegistry(path).instancer('it', { clock });
    const entry = { owner: 'dead', ttlMs: 1000, instance: 'localhost:2' };
    await mkdir(join(path, 'it'));
    await writeFile(join(path, 'it', 'dead.json'), JSON.stringify(entry));
    instancer.subscribe(() => {});
    while ((await readdir(join(path, 'it'))).length > 0) await clock.advance(10);
    assert.ok(clock.now() >= 10_000, `swept after ${clock.now()} ms`);
    await instancer.close();
    assert.equal(clock.pending(), 0);
  });

  it('takes any name of a service or an instance, and stays within its directory', async () => {
    const path = await temporary();
    const registry = createDirectoryRegistry(path);
    for (const name of ['..', '.', 'a/b', '../up', 'ä', '', 'x'.repeat(256)]) {
      const init = { id: name === '' ? 'empty' : name, address: 'localhost:1' };
      const registrar = registry.registrar(name, init);
      const instancer = registry.instancer(name);
      await registrar.register();
      const [found] = await instancer.ready(background);
      assert.equal(found?.id, init.id);
      await registrar.close();
      await instancer.close();
    }
    assert.equal((await readdir(path)).length, 7);
  });

  it('refuses options that cannot work, where they are written', () => {
    assert.throws(() => createDirectoryRegistry('x', { ttlMs: 10 }), /ttlMs must be/);
    assert.throws(() => createDirectoryRegistry('x', { pollMs: 0 }), /pollMs must be/);
  });
});
