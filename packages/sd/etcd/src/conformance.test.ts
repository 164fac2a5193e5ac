import { type Etcd, hasEtcd, startEtcd } from '@fairlead/peers/etcd';

import {
  createFaultProxy,
  type InstancerBinding,
  instancerConformance,
  type RegistrarBinding,
  registrarConformance,
} from '@fairlead/testing';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { storeAt } from '../test/store.ts';
import { createEtcdInstancer, createEtcdRegistrar } from './index.ts';
import { decodeInstance, encodeInstance } from './instance-value.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let etcd: Etcd;
let scenes = 0;

const binding: InstancerBinding & RegistrarBinding = {
  keeps: { id: true, weight: true, zone: true, metadata: true },
  async open() {
    const store = storeAt(etcd.url);
    const proxy = createFaultProxy({ target: etcd.address });
    await proxy.listen();
    const prefix = `/scene-${++scenes}`;
    const folder = `${prefix}/it/`;
    const options = { endpoints: [proxy.address], prefix };
    return {
      instancer: (given) => createEtcdInstancer({ service: 'it', ...options, ...given }),
      registrar: (made, given) =>
        createEtcdRegistrar({ service: 'it', instance: made, ...options, ttlMs: 2000, ...given }),
      put: (made) => store.put(folder + made.id, encodeInstance(made)),
      remove: ({ id }) => store.remove(folder + id),
      putInvalid: () => store.put(`${folder}wrong`, 'localhost:0'),
      listed: async () =>
        (await store.list(folder)).map(({ key, value }) =>
          decodeInstance(key.slice(folder.length), value),
        ),
      async lose({ id }) {
        const [found] = await store.list(folder + id);
        if (found !== undefined) await store.call('lease/revoke', { ID: found.lease });
      },
      cut: () => proxy.down(),
      heal: () => proxy.up(),
      close: () => proxy.close(),
    };
  },
};

describe.skipIf(!hasEtcd())('etcd', () => {
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd[Symbol.asyncDispose]());

  for (const { name, run } of instancerConformance(binding)) it(`instancer: ${name}`, run);
  for (const { name, run } of registrarConformance(binding)) it(`registrar: ${name}`, run);
});
