// A process that keeps itself registered until it is told to end: its arguments are the endpoint and the TTL.
import { createEtcdRegistrar } from '@fairlead/etcd';

const [endpoint = '', ttlMs] = process.argv.slice(2);
const registrar = createEtcdRegistrar({
  service: 'add',
  instance: '10.0.0.1:1',
  endpoints: [endpoint],
  ttlMs: Number(ttlMs),
  timeoutMs: 1000,
});
process.once('SIGTERM', () => {
  void registrar.close().then(() => process.exit(0));
});
await registrar.register();
