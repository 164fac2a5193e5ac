import type { Instancer, Registrar } from '@fairlead/sd';
import { describe, expectTypeOf, it } from 'vitest';
import { createConsulInstancer, createConsulRegistrar } from './index.ts';

describe('createConsulInstancer', () => {
  it('needs the service alone, and makes an instancer like any other', () => {
    expectTypeOf(createConsulInstancer({ service: 'add' })).toExtend<Instancer>();
    // @ts-expect-error: which service?
    createConsulInstancer({ url: 'http://127.0.0.1:8500' });
    // @ts-expect-error: Consul knows no such health
    createConsulInstancer({ service: 'add', health: 'critical' });
  });
});

describe('createConsulRegistrar', () => {
  it('takes a check with what its kind needs', () => {
    const options = { service: 'add', instance: '10.0.0.7:8080' };
    expectTypeOf(createConsulRegistrar(options)).toExtend<Registrar>();
    createConsulRegistrar({ ...options, check: { kind: 'http', url: 'http://10.0.0.7/health' } });
    // @ts-expect-error: which URL?
    createConsulRegistrar({ ...options, check: { kind: 'http' } });
    // @ts-expect-error: a TTL is not asked for in an interval
    createConsulRegistrar({ ...options, check: { kind: 'ttl', ttlMs: 1000, intervalMs: 1000 } });
    // @ts-expect-error: who serves it?
    createConsulRegistrar({ service: 'add' });
  });
});
