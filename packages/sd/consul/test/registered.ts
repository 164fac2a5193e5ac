// A process that is registered in the Consul whose URL is its argument, until it is killed.
import { fullJitter } from '@fairlead/sd';
import { createConsulRegistrar } from '../src/index.ts';

const registrar = createConsulRegistrar({
  service: 'add',
  url: process.argv[2],
  instance: { address: '10.0.0.1:8000', id: 'add-1' },
  check: { kind: 'ttl', ttlMs: 1000 },
  backoff: fullJitter({ baseMs: 50, maxMs: 200 }),
});
await registrar.register();
console.log('registered');
