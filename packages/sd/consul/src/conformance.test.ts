import { type Consul, hasConsul, startConsul } from '@fairlead/peers/consul';
import { hostPort, instance } from '@fairlead/sd';
import {
  createFaultProxy,
  type InstancerBinding,
  instancerConformance,
  type RegistrarBinding,
  registrarConformance,
} from '@fairlead/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Registry, registryAt } from '../test/registry.ts';
import { createConsulInstancer, createConsulRegistrar } from './index.ts';

const keeps = { id: true, weight: true, zone: true, metadata: true };
let consul: Consul;
let registry: Registry;
let scenes = 0;

/** A service of its own in the one agent, behind a proxy that can be cut. */
async function openService() {
  const service = `service-${++scenes}`;
  // An agent has one name space for the IDs of all services.
  const proxy = createFaultProxy({ target: consul.address });
  await proxy.listen();
  return {
    service,
    url: `http://${proxy.address}`,
    cut: () => proxy.down(),
    heal: () => proxy.up(),
    async close() {
      await proxy.close();
      for (const { ServiceID } of await registry.catalog(service)) await registry.remove(ServiceID);
    },
  };
}

const instancers: InstancerBinding = {
  keeps,
  async open() {
    const { service, url, ...scene } = await openService();
    return {
      ...scene,
      instancer: (options) => createConsulInstancer({ service, url, ...options }),
      put: (member) => registry.put(service, member),
      remove: ({ id }) => registry.remove(id),
      putInvalid: () => registry.put(service, instance('10.9.9.9:1'), { ID: 'invalid', Port: 0 }),
    };
  },
};

const registrars: RegistrarBinding = {
  keeps,
  async open() {
    const { service, url, ...scene } = await openService();
    return {
      ...scene,
      registrar: (member, options) =>
        createConsulRegistrar({
          service,
          url,
          instance: member,
          check: { kind: 'ttl', ttlMs: 1000 },
          ...options,
        }),
      async listed() {
        const entries = await registry.catalog(service);
        return entries.map(({ ServiceMeta: { zone, ...metadata }, ...entry }) => ({
          id: entry.ServiceID,
          address: hostPort(entry.ServiceAddress, entry.ServicePort),
          weight: entry.ServiceWeights.Passing,
          zone,
          metadata,
        }));
      },
      lose: ({ id }) => registry.remove(id),
    };
  },
};

describe.skipIf(!hasConsul())('with a real Consul', () => {
  beforeAll(async () => {
    consul = await startConsul({ inMemory: true });
    registry = registryAt(consul);
  }, 30_000);
  afterAll(() => consul[Symbol.asyncDispose]());

  describe('an instancer', () => {
    for (const { name, run } of instancerConformance(instancers)) it(name, run, 30_000);
  });

  describe('a registrar', () => {
    for (const { name, run } of registrarConformance(registrars)) it(name, run, 30_000);
  });
});
