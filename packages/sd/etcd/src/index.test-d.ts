import type { Instancer, Registrar } from '@fairlead/sd';
import { createEtcdInstancer, createEtcdRegistrar, etcdSource } from './index.ts';

const where = { service: 'add', endpoints: ['127.0.0.1:2379'] };

export const instancer: Instancer = createEtcdInstancer({ ...where, confirmMs: 0, relistMs: 1000 });
export const registrar: Registrar = createEtcdRegistrar({
  ...where,
  instance: { address: '10.0.0.1:1', id: 'one' },
  ttlMs: undefined,
});

// @ts-expect-error an instance is what a registrar is for
createEtcdRegistrar(where);
// @ts-expect-error nobody guesses where etcd is
createEtcdInstancer({ service: 'add' });
// @ts-expect-error a source has no backoff: its instancer has
etcdSource({ ...where, confirmMs: 0 });
// @ts-expect-error a user has a password
createEtcdInstancer({ ...where, auth: { username: 'svc' } });
