import { once } from 'node:events';
import { createServer } from 'node:http';
import { createGrpcServer } from '@fairlead/grpc';
import { makeCertificates } from '@fairlead/peers/certificates';
import { type Consul, hasConsul, startConsul } from '@fairlead/peers/consul';
import { fullJitter, type Instance, instance } from '@fairlead/sd';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registryAt } from '../test/registry.ts';
import { type ConsulCheck, createConsulInstancer, createConsulRegistrar } from './index.ts';

vi.setConfig({ testTimeout: 60_000 });

const backoff = fullJitter({ baseMs: 50, maxMs: 200 });
const patient = { timeout: 20_000, interval: 20 };

const member = (n: number): Instance => instance({ address: `10.0.0.${n}:8000`, id: `add-${n}` });

describe.skipIf(!hasConsul())('an agent with ACLs', () => {
  let consul: Consul;
  beforeAll(async () => {
    consul = await startConsul({ inMemory: true, acl: true });
  }, 30_000);
  afterAll(() => consul[Symbol.asyncDispose]());

  /** Makes a token that may do what the rules say, and says how to take it away. */
  async function makeToken(name: string, rules: string) {
    const { send } = registryAt(consul);
    await send('PUT', '/v1/acl/policy', { Name: name, Rules: rules });
    // What Consul documents of its answer.
    const { AccessorID, SecretID } = JSON.parse(
      await send('PUT', '/v1/acl/token', { Policies: [{ Name: name }] }),
    ) as Record<string, string>;
    return { token: SecretID, remove: () => send('DELETE', `/v1/acl/token/${AccessorID}`) };
  }

  it('R6: tells a registrar which policy its token needs, and takes it with that', async () => {
    const reading = await makeToken('reader', 'service_prefix "" { policy = "read" }');
    const writing = await makeToken('writer', 'service "add" { policy = "write" }');
    const options = { service: 'add', instance: member(1), url: consul.url, backoff };
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    for (const token of [undefined, reading.token]) {
      await using denied = createConsulRegistrar({ ...options, token, onError });
      const registering = denied.register().catch(() => {});
      await expect
        .poll(() => errors.at(-1), patient)
        .toMatchObject({
          code: 'permission_denied',
          message: expect.stringContaining('needs a policy with service:write on add'),
        });
      await denied.deregister().catch(() => {});
      await registering;
      errors.length = 0;
    }
    await using registrar = createConsulRegistrar({ ...options, token: writing.token });
    await registrar.register();
    expect(await registryAt(consul).catalog('add')).toHaveLength(1);
    await registrar.deregister();
    expect(await registryAt(consul).catalog('add')).toHaveLength(0);
  });

  it('R6: takes a token away from an instancer, which keeps its set', async () => {
    const rules = 'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }';
    const { token, remove } = await makeToken('discoverer', rules);
    await registryAt(consul).put('kept', member(2));
    await using instancer = createConsulInstancer({
      service: 'kept',
      url: consul.url,
      token,
      backoff,
      waitMs: 1000,
    });
    instancer.subscribe(() => {});
    await expect.poll(() => instancer.current.instances?.length, patient).toBe(1);
    await remove();
    await expect.poll(() => instancer.current.error?.code, patient).toBe('permission_denied');
    expect(instancer.current.error?.message).toMatch(/does not know the token/);
    expect(instancer.current.instances).toHaveLength(1);
  });
});

describe.skipIf(!hasConsul())('an agent with TLS', () => {
  it('is spoken to with its authority and a certificate of our own', async () => {
    const { ca, server, client } = await makeCertificates();
    await using consul = await startConsul({ inMemory: true, tls: { ...server, clientCa: ca } });
    const url = consul.tlsUrl;
    const tls = { ca, ...client };
    await using registrar = createConsulRegistrar({
      service: 'add',
      instance: member(1),
      url,
      tls,
    });
    await registrar.register();
    await using instancer = createConsulInstancer({ service: 'add', url, tls });
    instancer.subscribe(() => {});
    await expect.poll(() => instancer.current.instances?.length, patient).toBe(1);
    for (const wrong of [{ ca }, { ...client }]) {
      await using stranger = createConsulInstancer({ service: 'add', url, tls: wrong });
      stranger.subscribe(() => {});
      await expect.poll(() => stranger.current.error?.code, patient).toBe('unavailable');
    }
  });
});

describe.skipIf(!hasConsul())('a check', () => {
  let consul: Consul;
  beforeAll(async () => {
    consul = await startConsul({ inMemory: true });
  }, 30_000);
  afterAll(() => consul[Symbol.asyncDispose]());

  /** A service whose one instance has the check. */
  async function checked(service: string, check: ConsulCheck, address: string) {
    const registrar = createConsulRegistrar({
      service,
      url: consul.url,
      instance: { address, weight: 10 },
      warningWeight: 3,
      tags: ['checked'],
      check,
    });
    await registrar.register();
    const instancers = (['passing', 'warning'] as const).map((health) =>
      createConsulInstancer({ service, url: consul.url, health, tags: ['checked'], confirmMs: 0 }),
    );
    for (const instancer of instancers) instancer.subscribe(() => {});
    return {
      /** The weights of those that pass, and of those that may also warn. */
      weights: () =>
        instancers.map(({ current: { instances } }) =>
          String(instances?.map(({ weight }) => weight)),
        ),
      async [Symbol.asyncDispose]() {
        await Promise.all(instancers.map((instancer) => instancer.close()));
        await registrar.close();
      },
    };
  }

  async function serve() {
    const answer = { status: 200 };
    const server = createServer((request, response) => {
      response.statusCode = request.headers['x-probe'] === 'yes' ? answer.status : 400;
      response.end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const bound = server.address();
    const address = `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
    return { answer, address, server, [Symbol.asyncDispose]: async () => void server.close() };
  }

  it('over HTTP lets an instance pass, warn with another weight, and fail', async () => {
    await using web = await serve();
    const check: ConsulCheck = {
      kind: 'http',
      url: `http://${web.address}/health`,
      headers: { 'x-probe': 'yes' },
      intervalMs: 1000,
    };
    await using service = await checked('by-http', check, web.address);
    await expect.poll(service.weights, patient).toEqual(['10', '10']);
    web.answer.status = 429;
    await expect.poll(service.weights, patient).toEqual(['', '3']);
    web.answer.status = 503;
    await expect.poll(service.weights, patient).toEqual(['', '']);
    web.answer.status = 200;
    await expect.poll(service.weights, patient).toEqual(['10', '10']);
  });

  it('over TCP asks the address of the instance', async () => {
    await using web = await serve();
    const check: ConsulCheck = { kind: 'tcp', intervalMs: 1000 };
    await using service = await checked('by-tcp', check, web.address);
    await expect.poll(service.weights, patient).toEqual(['10', '10']);
    web.server.close();
    web.server.closeAllConnections();
    await expect.poll(service.weights, patient).toEqual(['', '']);
  });

  it('over gRPC asks the health service of the server, and of one service of it', async () => {
    await using server = createGrpcServer();
    server.health.set('pb.Add', 'serving');
    const { host, port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const check: ConsulCheck = { kind: 'grpc', service: 'pb.Add', intervalMs: 1000 };
    await using service = await checked('by-grpc', check, `${host}:${port}`);
    await expect.poll(service.weights, patient).toEqual(['10', '10']);
    server.health.set('pb.Add', 'not_serving');
    await expect.poll(service.weights, patient).toEqual(['', '']);
  });

  it('passes before it was asked for the first time where that is wished', async () => {
    const check: ConsulCheck = { kind: 'tcp', intervalMs: 60_000, initiallyPassing: true };
    await using service = await checked('by-hope', check, '127.0.0.1:1');
    await expect.poll(service.weights, patient).toEqual(['10', '10']);
  });

  it('of a kind that is not ours is looked after: a lost instance comes back', async () => {
    const registry = registryAt(consul);
    await using registrar = createConsulRegistrar({
      service: 'looked-after',
      url: consul.url,
      instance: member(7),
      check: { kind: 'tcp' },
      verifyMs: 100,
      backoff,
    });
    await registrar.register();
    await registry.remove('add-7');
    await expect.poll(() => registry.catalog('looked-after'), patient).toHaveLength(0);
    await expect.poll(() => registry.catalog('looked-after'), patient).toHaveLength(1);
  });
});

describe('a registration', () => {
  const options = { service: 'add', instance: '10.0.0.1:80' };
  it.each<[Partial<Parameters<typeof createConsulRegistrar>[0]>, RegExp]>([
    [{ service: '' }, /service/],
    [{ instance: '10.0.0.1' }, /port/],
    [{ instance: { address: '10.0.0.1:80', weight: 0.5 } }, /weight/],
    [{ check: { kind: 'ttl', ttlMs: 10 } }, /ttlMs/],
    [{ check: { kind: 'tcp', intervalMs: 10 } }, /intervalMs/],
    [{ deregisterCriticalAfterMs: 1000 }, /deregisterCriticalAfterMs/],
  ])('refuses %j', (wrong, message) => {
    expect(() => createConsulRegistrar({ ...options, ...wrong })).toThrow(message);
  });
});
