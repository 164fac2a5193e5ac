import { makeCertificates } from '@fairlead/peers/certificates';
import { hasEtcd, startEtcd } from '@fairlead/peers/etcd';
import { whenKnown } from '@fairlead/testing';
import { describe, expect, it, vi } from 'vitest';
import { storeAt } from '../test/store.ts';
import { createEtcdInstancer, createEtcdRegistrar } from './index.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const instance = '10.0.0.1:1';
const knows = (count: number) => (state: { readonly instances?: readonly unknown[] | undefined }) =>
  state.instances?.length === count;

describe.skipIf(!hasEtcd())('an etcd with authentication', () => {
  const root = { name: 'root', password: 'secret of root' };
  const auth = { username: 'svc', password: 'secret of svc' };

  /** Lets `svc` read and write what is below /services/, and nobody else anything. */
  async function secure(url: string): Promise<void> {
    const { call } = storeAt(url);
    await call('auth/user/add', root);
    await call('auth/role/add', { name: 'root' });
    await call('auth/user/grant', { user: 'root', role: 'root' });
    await call('auth/user/add', { name: auth.username, password: auth.password });
    await call('auth/role/add', { name: 'services' });
    const perm = { permType: 'READWRITE', key: btoa('/services/'), range_end: btoa('/services0') };
    await call('auth/role/grant', { name: 'services', perm });
    await call('auth/user/grant', { user: auth.username, role: 'services' });
    await call('auth/enable', {});
  }

  async function asRoot(url: string) {
    const { token } = await storeAt(url).call('auth/authenticate', root);
    return storeAt(url, token);
  }

  it('is read and written as a user, whose token is renewed when etcd has forgotten it', async () => {
    await using etcd = await startEtcd();
    await secure(etcd.url);
    const options = { service: 'add', endpoints: [etcd.address], auth, timeoutMs: 1000 };
    await using registrar = createEtcdRegistrar({ ...options, instance, ttlMs: 2000 });
    await registrar.register();
    await using instancer = createEtcdInstancer({ ...options, heartbeatMs: 300 });
    await whenKnown(instancer, knows(1));

    // Its tokens are in its memory alone.
    await etcd.restart();
    await (await asRoot(etcd.url)).put('/services/add/b', '10.0.0.2:1');
    await whenKnown(instancer, knows(2));
    await registrar.deregister();
    await whenKnown(instancer, knows(1));
    expect(instancer.current.error).toBeUndefined();
  });

  it.each([
    ['no user', {}, 'invalid_argument', 'user name is empty'],
    ['a wrong password', { auth: { ...auth, password: 'x' } }, 'unauthenticated', 'in auth'],
    [
      'a user without the right',
      { auth, prefix: '/others' },
      'permission_denied',
      'grant the user',
    ],
  ] as const)('says what is missing with %s', async (_, changes, code, remedy) => {
    await using etcd = await startEtcd();
    await secure(etcd.url);
    const options = { service: 'add', endpoints: [etcd.address], ...changes };
    await using instancer = createEtcdInstancer(options);
    const { error } = await whenKnown(instancer, (state) => state.error !== undefined);
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(remedy);
    expect(error?.message).not.toContain('secret');
  });

  it('R6: a right that is taken away takes nobody away', async () => {
    await using etcd = await startEtcd();
    await secure(etcd.url);
    const store = await asRoot(etcd.url);
    await store.put('/services/add/a', instance);
    const options = { service: 'add', endpoints: [etcd.address], auth, heartbeatMs: 200 };
    await using instancer = createEtcdInstancer({ ...options, backoff: () => 100 });
    const { instances } = await whenKnown(instancer, knows(1));
    const range = { key: btoa('/services/'), range_end: btoa('/services0') };
    await store.call('auth/role/revoke', { role: 'services', ...range });
    const denied = await whenKnown(instancer, ({ error }) => error?.code === 'permission_denied');
    expect(denied.instances).toBe(instances);

    const perm = { permType: 'READ', ...range };
    await store.call('auth/role/grant', { name: 'services', perm });
    await whenKnown(instancer, ({ error }) => error === undefined);
  });
});

describe.skipIf(!hasEtcd())('an etcd over TLS', () => {
  it('is reached with its authority and a certificate of the client, and not without', async () => {
    const { ca, server, client } = await makeCertificates();
    await using etcd = await startEtcd({ tls: { ...server, clientCa: ca } });
    const options = { service: 'add', endpoints: [etcd.address] };
    const tls = { ca, ...client };
    await using registrar = createEtcdRegistrar({ ...options, tls, instance });
    await registrar.register();
    await using instancer = createEtcdInstancer({ ...options, tls });
    await whenKnown(instancer, knows(1));

    for (const wrong of [{}, { ca }, client]) {
      await using stranger = createEtcdInstancer({ ...options, tls: wrong });
      const { error } = await whenKnown(stranger, (state) => state.error !== undefined);
      expect(error).toMatchObject({ code: 'unavailable' });
    }
  });
});
